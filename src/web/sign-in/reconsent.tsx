import type { VNode } from 'preact';
import { ButtonForm } from '../frame/button-form.tsx';
import { Page } from '../frame/page.tsx';
import { signInTexts as texts } from '../texts/sign-in.ts';
import { NamedAccount } from './named-account.tsx';
import type { SignedInAccount, SignInView } from './sign-in-view.ts';

/** Asks a signed-in person whether they want to review their permissions. */
export function Reconsent(view: SignInView & { readonly account: SignedInAccount }): VNode {
  const { account, basePath, brokerName, goOn, returnTo } = view;
  const asked = { identifier: account.did, prompt: 'consent', replace: 'yes' };
  return (
    <Page {...view} title={texts.reconsent}>
      <h1>{texts.reconsent}</h1>
      <section aria-label={texts.toAccount} class="card">
        <NamedAccount basePath={basePath} account={account} />
        <p>{texts.reconsentWhy(brokerName)}</p>
        <div class="actions">
          <ButtonForm
            action={`${basePath}/oauth/login`}
            fields={{ ...asked, ...(returnTo && { return_to: returnTo }) }}
          >
            {texts.doReconsent}
          </ButtonForm>
          <a class="button secondary" href={goOn}>
            {texts.notNow}
          </a>
        </div>
      </section>
    </Page>
  );
}
