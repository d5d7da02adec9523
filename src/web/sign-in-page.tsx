import type { VNode } from 'preact';
import { Page } from './page.tsx';
import { isAboutIdentifier, problemText } from './problem-text.ts';

export type SignInView = {
  readonly basePath: string;
  readonly brokerName: string;
  readonly account: { readonly did: string; readonly handle: string | null } | undefined;
  readonly identifier: string | undefined;
  readonly returnTo: string | undefined;
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

/** Folded up, as a person who is signed in seldom wants it; open when it was just tried. */
function OtherAccount(view: SignInView & { account: NonNullable<SignInView['account']> }): VNode {
  const { account, identifier, problem } = view;
  return (
    <details open={identifier !== undefined || problem !== undefined}>
      <summary>Use another account</summary>
      <p class="quiet">This signs {account.handle ?? account.did} out of this browser.</p>
      <SignInForm {...view} submit="Switch account" />
    </details>
  );
}

function SignInForm({
  basePath,
  account,
  identifier,
  returnTo,
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
      {account ? <input type="hidden" name="replace" value="yes" /> : null}
      <button type="submit">{submit}</button>
      <p class="quiet">You enter your password at your own server, never here.</p>
    </form>
  );
}
