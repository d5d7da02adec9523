import type { VNode } from 'preact';
import { readIdentifier } from '../../identity/resolution/identifier.ts';
import { ButtonForm } from '../frame/button-form.tsx';
import { Page } from '../frame/page.tsx';
import { signInTexts as texts } from '../texts/sign-in.ts';
import { NamedAccount } from './named-account.tsx';
import type { SignedInAccount, SignInView } from './sign-in-view.ts';

type ContinueAsView = SignInView & { readonly account: SignedInAccount; readonly wanted: string };

/** Asks before another account replaces the signed-in one. */
export function ContinueAs(view: ContinueAsView): VNode {
  const { account, basePath, returnTo, prompt, goOn } = view;
  const wanted = nameIn(view.wanted);
  const name = account.handle ?? account.did;
  const kept = { ...(returnTo && { return_to: returnTo }), ...(prompt && { prompt }) };
  const fields = { identifier: view.wanted, replace: 'yes', ...kept };
  const isSame = [account.did, account.handle].includes(wanted);
  return (
    <Page {...view} title={texts.signedIn}>
      <h1>{isSame ? texts.signedIn : texts.continueAs(wanted)}</h1>
      <section aria-label={texts.toAccount} class="card">
        {isSame ? null : <p class="quiet">{texts.alreadyAs}</p>}
        <NamedAccount basePath={basePath} account={account} />
        {isSame ? null : <p>{texts.continueAsEnds(name, wanted)}</p>}
        <div class="actions">
          {isSame ? (
            <a class="button" href={goOn}>
              {texts.goOn}
            </a>
          ) : (
            <>
              <ButtonForm action={`${basePath}/oauth/login`} fields={fields}>
                {texts.doContinueAs(wanted)}
              </ButtonForm>
              <a class="button secondary" href={goOn}>
                {texts.stayAs(name)}
              </a>
            </>
          )}
        </div>
      </section>
    </Page>
  );
}

/** Returns the account in what was typed, or the text itself if it names another thing. */
function nameIn(typed: string): string {
  const read = readIdentifier(typed);
  if (read.kind === 'handle') return read.handle;
  return read.kind === 'did' ? read.did : typed.trim();
}
