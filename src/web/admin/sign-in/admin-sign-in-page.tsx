import type { VNode } from 'preact';
import { Note, Problem } from '../../frame/note.tsx';
import { Page } from '../../frame/page.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { adminTexts as texts } from '../../texts/admin.ts';
import { adminProblemText } from '../frame/admin-problem.ts';

export type AdminSignInView = Frame & {
  /** True if an admin token is set. */
  readonly isOn: boolean;
  readonly problem: string | undefined;
};

/** The form that takes the admin token. */
export function AdminSignInPage(view: AdminSignInView): VNode {
  const { basePath, isOn, problem } = view;
  return (
    <Page {...view} title={texts.signInTitle}>
      <div class="title">
        <h1>{texts.signInTitle}</h1>
        <p>{texts.signInLead}</p>
      </div>
      {problem === undefined ? null : <Problem code={problem}>{adminProblemText(problem)}</Problem>}
      {isOn ? (
        <form method="post" action={`${basePath}/admin/sign-in`} class="card">
          {/* Password managers store a password only with a user name. */}
          <input name="username" value="operator" autocomplete="username" readOnly hidden />
          <div class="field">
            <label for="token">{texts.token}</label>
            <input
              id="token"
              name="token"
              type="password"
              required
              autocomplete="current-password"
              aria-invalid={problem === 'InvalidToken'}
              aria-describedby={problem === 'InvalidToken' ? 'problem token-help' : 'token-help'}
            />
            <p id="token-help" class="quiet">
              {texts.tokenHelp}
            </p>
          </div>
          <button type="submit">{texts.signIn}</button>
        </form>
      ) : (
        <Note code="off" tone="off">
          {texts.off}
        </Note>
      )}
    </Page>
  );
}
