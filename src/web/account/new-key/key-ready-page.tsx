import type { VNode } from 'preact';
import type { AuthorizedKeyRequest } from '../../../api-keys/requests/key-request-authorizations.service.ts';
import { ButtonForm } from '../../frame/button-form.tsx';
import { Page } from '../../frame/page.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { keyTexts as texts } from '../../texts/keys.ts';

export type KeyReadyView = Frame & { readonly request: Pick<AuthorizedKeyRequest, 'id' | 'name' | 'code'> };

/** The page after an owner has authorized a key that this browser requested. Its button sends the code unseen. */
export function KeyReadyPage(view: KeyReadyView): VNode {
  const { id, name, code } = view.request;
  return (
    <Page {...view} title={texts.readyTitle}>
      <h1>{texts.readyTitle}</h1>
      <section class="card" aria-label={texts.readyTitle}>
        <p>
          <bdi>{texts.ready(name)}</bdi>
        </p>
        <p class="quiet">{texts.readyHint}</p>
        <ButtonForm action={`${view.basePath}/account/key-requests/${id}/claim`} fields={{ code }}>
          {texts.show}
        </ButtonForm>
      </section>
    </Page>
  );
}
