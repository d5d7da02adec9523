import type { VNode } from 'preact';
import type { ErrorCode } from '../../errors/error-code.ts';
import { AccountChip } from '../frame/avatar.tsx';
import { ButtonForm } from '../frame/button-form.tsx';
import { Note, Problem } from '../frame/note.tsx';
import { Page } from '../frame/page.tsx';
import { readIdentifier } from '../../identity/resolution/identifier.ts';
import { flawTexts } from '../../identity/resolution/identifier-flaw.ts';
import { problemText } from '../texts/problem-text.ts';
import { signInTexts as texts } from '../texts/sign-in.ts';
import { ContinueAs } from './continue-as.tsx';
import { Reconsent } from './reconsent.tsx';
import { SignInForm } from './sign-in-form.tsx';
import type { SignedInAccount, SignInView } from './sign-in-view.ts';

const SUSPENDED = 'SessionSuspended' satisfies ErrorCode;

/** The page at `/`: the sign-in form, or a question to a signed-in person about switching accounts or permissions. */
export function SignInPage(view: SignInView): VNode {
  const { account, identifier, problem } = view;
  const asks = problem === undefined || problem === 'AlreadySignedIn';
  if (account && asks && view.prompt === 'consent' && identifier === account.did)
    return <Reconsent {...view} account={account} />;
  if (account && identifier && asks) return <ContinueAs {...view} account={account} wanted={identifier} />;
  return account ? <SignedIn {...view} account={account} /> : <SignIn {...view} />;
}

function SignIn(view: SignInView): VNode {
  const place = placeOf(view.returnTo);
  return (
    <Page {...view} title={texts.signIn}>
      <div class="title">
        <h1>{texts.signIn}</h1>
        <p>{texts.lead}</p>
      </div>
      <Notes {...view} />
      <SignInForm {...view} submit={texts.signIn} />
      {place === undefined ? null : <p class="quiet">{texts.afterwards(place)}</p>}
    </Page>
  );
}

function SignedIn(view: SignInView & { account: SignedInAccount }): VNode {
  const { account, basePath, goOn, problem } = view;
  return (
    <Page {...view} title={texts.signedIn}>
      <h1>{texts.signedIn}</h1>
      <Notes {...view} />
      <section aria-label={texts.toAccount} class="card">
        <AccountChip basePath={basePath} {...account} />
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

function Notes(view: SignInView): VNode | null {
  const { problem, done, identifier, goOn } = view;
  if (problem === 'InvalidIdentifier' && identifier !== undefined)
    return <IdentifierProblem {...view} identifier={identifier} />;
  if (problem === SUSPENDED)
    return (
      <Problem code={problem}>
        <p>{problemText(problem)}</p>
        <p>
          <a href={goOn}>{texts.checkAgain}</a>
        </p>
      </Problem>
    );
  if (problem !== undefined) return <Problem code={problem}>{problemText(problem)}</Problem>;
  const text = done !== undefined && Object.hasOwn(texts.done, done) ? texts.done[done] : undefined;
  return text === undefined ? null : <Note code={done ?? ''}>{text}</Note>;
}

/** Says what is wrong with what was typed. The nearest right name is a link that fills the form with it. */
function IdentifierProblem({ basePath, returnTo, identifier }: SignInView & { identifier: string }): VNode {
  const code = 'InvalidIdentifier';
  const read = readIdentifier(identifier);
  if (read.kind !== 'flawed') return <Problem code={code}>{problemText(code)}</Problem>;
  const { flaw, suggestion } = read;
  if (suggestion === undefined) return <Problem code={code}>{flawTexts[flaw]}</Problem>;
  const corrected = new URLSearchParams({ identifier: suggestion, ...(returnTo && { return_to: returnTo }) });
  return (
    <Problem code={code}>
      {flawTexts[flaw]} {texts.didYouMean} <a href={`${basePath}/?${corrected}`}>{suggestion}</a>?
    </Problem>
  );
}

/** Returns the host that the person goes back to, if it is another site. */
function placeOf(returnTo: string | undefined): string | undefined {
  return returnTo === undefined ? undefined : URL.parse(returnTo)?.host;
}
