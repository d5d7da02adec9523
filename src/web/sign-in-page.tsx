import type { VNode } from 'preact';
import { Page } from './page.tsx';
import { problemText } from './problem-text.ts';

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
  return (
    <Page title={view.brokerName} basePath={view.basePath}>
      <h1>{view.brokerName}</h1>
      {view.problem ? <Problem code={view.problem} /> : null}
      {view.account ? <SignedIn {...view.account} basePath={view.basePath} /> : null}
      <SignInForm {...view} />
    </Page>
  );
}

function Problem({ code }: { code: string }): VNode {
  return (
    <p role="alert" class="problem" data-problem={code}>
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
    <section aria-label="Signed in">
      <p>
        You are signed in as <strong data-handle>{handle ?? did}</strong>.
      </p>
      <p class="quiet">{did}</p>
      <form method="post" action={`${basePath}/oauth/logout`}>
        <button type="submit" class="secondary">
          Sign out
        </button>
      </form>
    </section>
  );
}

function SignInForm({ basePath, account, identifier, returnTo }: SignInView): VNode {
  return (
    <form method="post" action={`${basePath}/oauth/login`}>
      <h2>{account ? 'Sign in with another account' : 'Sign in'}</h2>
      {account ? <p class="quiet">This signs {account.handle ?? account.did} out of this browser.</p> : null}
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
        aria-describedby="identifier-help"
      />
      <p id="identifier-help" class="quiet">
        A DID or the address of your PDS will do as well. You give your password to your own server only.
      </p>
      {returnTo ? <input type="hidden" name="return_to" value={returnTo} /> : null}
      {account ? <input type="hidden" name="replace" value="yes" /> : null}
      <button type="submit">{account ? 'Switch account' : 'Sign in'}</button>
    </form>
  );
}
