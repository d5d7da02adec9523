import type { VNode } from 'preact';
import type { ErrorCode } from '../../errors/error-code.ts';
import { ButtonForm } from '../frame/button-form.tsx';
import { Page } from '../frame/page.tsx';
import { signInTexts as texts } from '../texts/sign-in.ts';
import { ContinueAs } from './continue-as.tsx';
import { NamedAccount } from './named-account.tsx';
import { NoAccount } from './no-account.tsx';
import { Reconsent } from './reconsent.tsx';
import { Reconnected } from './reconnected.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { SignInNotes } from './sign-in-notes.tsx';
import type { SignedInAccount, SignInView } from './sign-in-view.ts';

const ALREADY = 'AlreadySignedIn' satisfies ErrorCode;

/** The page at `/`: the sign-in form, or a question to a signed-in person about switching accounts or permissions. */
export function SignInPage(view: SignInView): VNode {
  const { account, identifier, problem } = view;
  const asks = problem === undefined || problem === ALREADY;
  if (account && asks && view.prompt === 'consent' && identifier === account.did)
    return <Reconsent {...view} account={account} />;
  if (account && identifier && asks) return <ContinueAs {...view} account={account} wanted={identifier} />;
  if (account) return <SignedIn {...view} account={account} />;
  return view.done === 'reconnected' && asks ? <Reconnected {...view} /> : <SignIn {...view} />;
}

function SignIn(view: SignInView): VNode {
  const { brokerName, site } = view;
  return (
    <Page {...view} title={texts.signIn}>
      <div class="title">
        <h1>{site === undefined ? texts.signInTo(brokerName) : texts.signInTo(site)}</h1>
        <p>{site === undefined ? texts.lead : texts.leadThrough(site, brokerName)}</p>
      </div>
      <SignInNotes {...view} />
      <SignInForm {...view} submit={texts.signIn} />
      <NoAccount />
    </Page>
  );
}

function SignedIn(view: SignInView & { account: SignedInAccount }): VNode {
  const { account, basePath, goOn, problem } = view;
  return (
    <Page {...view} title={texts.signedIn}>
      <h1>{texts.signedIn}</h1>
      <SignInNotes {...view} />
      <section aria-label={texts.toAccount} class="card">
        <NamedAccount basePath={basePath} account={account} />
        <div class="actions">
          <a class="button" href={goOn}>
            {goOn === `${basePath}/account` ? texts.toAccount : texts.goOn}
          </a>
          <ButtonForm action={`${basePath}/oauth/logout`} kind="secondary">
            {texts.signOut}
          </ButtonForm>
        </div>
      </section>
      <details open={problem !== undefined}>
        <summary>{texts.other}</summary>
        <p class="quiet">{texts.otherEnds(account.handle ?? account.did)}</p>
        <SignInForm {...view} submit={texts.switch} />
      </details>
    </Page>
  );
}
