import type { VNode } from 'preact';
import { isAboutIdentifier } from '../texts/problem-text.ts';
import { signInTexts as texts } from '../texts/sign-in.ts';

export type SignInFormProps = {
  readonly basePath: string;
  readonly identifier?: string | undefined;
  readonly returnTo?: string | undefined;
  /** `consent` makes the server ask for every permission again. */
  readonly prompt?: 'consent' | undefined;
  /** The code of an earlier error. */
  readonly problem?: string | undefined;
  readonly submit: string;
};

/** The sign-in form, with one field. */
export function SignInForm(props: SignInFormProps): VNode {
  const { basePath, identifier, returnTo, prompt, problem, submit } = props;
  const isWrong = problem !== undefined && isAboutIdentifier(problem);
  return (
    <form method="post" action={`${basePath}/oauth/login`} class="card">
      <div class="field">
        <label for="identifier">{texts.handle}</label>
        <input
          id="identifier"
          name="identifier"
          value={identifier}
          required
          maxLength={2048}
          placeholder={texts.placeholder}
          autocomplete="username"
          autocapitalize="none"
          autocorrect="off"
          spellcheck={false}
          inputMode="email"
          aria-invalid={isWrong}
          aria-describedby={isWrong ? 'problem identifier-help' : 'identifier-help'}
          data-preview="preview"
        />
        <p id="identifier-help" class="quiet">
          {texts.help}
        </p>
        <Suggestion />
      </div>
      <AccountPreview basePath={basePath} />
      {returnTo ? <input type="hidden" name="return_to" value={returnTo} /> : null}
      {prompt ? <input type="hidden" name="prompt" value={prompt} /> : null}
      <button type="submit">{submit}</button>
      <p class="quiet">{texts.password}</p>
      <details class="small">
        <summary>{texts.otherNames}</summary>
        <p class="quiet">{texts.otherNamesHelp}</p>
      </details>
    </form>
  );
}

/** The place where a script says what is wrong with half a handle or an e-mail address, and offers the nearest handle. */
function Suggestion(): VNode {
  return (
    <p id="suggestion" class="suggestion" role="status" hidden data-question={texts.didYouMean}>
      <span /> <button type="button" class="secondary" hidden />
    </p>
  );
}

/** The place where a script shows the account of a handle while it is typed. */
function AccountPreview({ basePath }: { basePath: string }): VNode {
  return (
    <div id="preview" class="chip" role="status" hidden data-lookup={`${basePath}/lookup`}>
      <img class="avatar" alt="" width="48" height="48" />
      <p>
        <strong />
        <span class="written" />
      </p>
    </div>
  );
}
