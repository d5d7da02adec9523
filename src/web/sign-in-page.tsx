import type { VNode } from 'preact';
import { Page } from './page.tsx';
import { isAboutIdentifier, problemText } from './problem-text.ts';

export type SignInView = {
  readonly basePath: string;
  readonly brokerName: string;
  readonly account: { readonly did: string; readonly handle: string | null } | undefined;
  readonly identifier: string | undefined;
  readonly returnTo: string | undefined;
  /** Whether the server is to ask for every permission again. */
  readonly prompt: 'consent' | undefined;
  readonly problem: string | undefined;
};

/** The page at `/`: who is signed in, and the form to sign in. */
export function SignInPage(view: SignInView): VNode {
  const { account, basePath, brokerName, problem } = view;
  const heading = account ? 'You are signed in' : 'Sign in';
  return (
    <Page title={`${heading} · ${brokerName}`} basePath={basePath}>
      <p class="brand">{brokerName}</p>
      <h1>{heading}</h1>
      {problem ? <Problem code={problem} /> : null}
      {account ? <SignedIn {...account} basePath={basePath} /> : null}
      {account ? <Reconsent {...view} account={account} /> : null}
      {account ? <OtherAccount {...view} account={account} /> : <SignInForm {...view} submit="Sign in" />}
    </Page>
  );
}

function Problem({ code }: { code: string }): VNode {
  return (
    <p id="problem" role="alert" class="problem" data-problem={code}>
      {problemText(code)}
    </p>
  );
}

function SignedIn({
  did,
  handle,
  basePath,
}: {
  did: string;
  handle: string | null;
  basePath: string;
}): VNode {
  return (
    <section aria-label="Your account" class="card">
      <p>
        <strong data-handle>{handle ?? did}</strong>
        {handle === null ? null : <span class="quiet did">{did}</span>}
      </p>
      <form method="post" action={`${basePath}/oauth/logout`}>
        <button type="submit" class="secondary">
          Sign out
        </button>
      </form>
    </section>
  );
}

/** For who is signed in, and is asked for permissions that they have not given. */
function Reconsent({
  basePath,
  brokerName,
  account,
  identifier,
  returnTo,
  prompt,
}: SignInView & { account: NonNullable<SignInView['account']> }): VNode | null {
  if (!isReconsent({ account, identifier, prompt })) return null;
  return (
    <form method="post" action={`${basePath}/oauth/login`} class="card">
      <p>{brokerName} asks for permissions that you have not given. You decide at your own server.</p>
      <input type="hidden" name="identifier" value={account.did} />
      <input type="hidden" name="prompt" value="consent" />
      <input type="hidden" name="replace" value="yes" />
      {returnTo ? <input type="hidden" name="return_to" value={returnTo} /> : null}
      <button type="submit">Look at the permissions</button>
    </form>
  );
}

function isReconsent({ account, identifier, prompt }: Pick<SignInView, 'account' | 'identifier' | 'prompt'>) {
  return prompt === 'consent' && account !== undefined && account.did === identifier;
}

/** Folded up, as a person who is signed in seldom wants it; open when it was just tried. */
function OtherAccount(view: SignInView & { account: NonNullable<SignInView['account']> }): VNode {
  const { account, problem } = view;
  const identifier = isReconsent(view) ? undefined : view.identifier;
  return (
    <details open={identifier !== undefined || problem !== undefined}>
      <summary>Use another account</summary>
      <p class="quiet">This signs {account.handle ?? account.did} out of this browser.</p>
      <SignInForm {...view} identifier={identifier} submit="Switch account" />
    </details>
  );
}

function SignInForm({
  basePath,
  account,
  identifier,
  returnTo,
  prompt,
  problem,
  submit,
}: SignInView & { submit: string }): VNode {
  const isWrong = problem !== undefined && isAboutIdentifier(problem);
  return (
    <form method="post" action={`${basePath}/oauth/login`} class="card">
      <div class="field">
        <label for="identifier">Your handle</label>
        <input
          id="identifier"
          name="identifier"
          value={identifier}
          required
          maxLength={2048}
          placeholder="alice.example.com"
          autocomplete="username"
          autocapitalize="none"
          autocorrect="off"
          spellcheck={false}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? 'problem identifier-help' : 'identifier-help'}
        />
        <p id="identifier-help" class="quiet">
          The name of your AT Protocol account, such as the one you use on Bluesky. A DID or the address of
          your server works too.
        </p>
      </div>
      {returnTo ? <input type="hidden" name="return_to" value={returnTo} /> : null}
      {prompt ? <input type="hidden" name="prompt" value={prompt} /> : null}
      {account ? <input type="hidden" name="replace" value="yes" /> : null}
      <button type="submit">{submit}</button>
      <p class="quiet">You enter your password at your own server, never here.</p>
    </form>
  );
}
