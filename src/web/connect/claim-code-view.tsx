import type { VNode } from 'preact';
import type { AuthorizedKeyRequest } from '../../api-keys/requests/key-request-authorizations.service.ts';
import { Caution } from '../frame/note.tsx';
import { Page } from '../frame/page.tsx';
import type { Frame } from '../frame/pages.service.ts';
import { Time } from '../frame/time.tsx';
import { connectTexts as texts } from '../texts/connect.ts';

export type ClaimCodeViewProps = Frame & Pick<AuthorizedKeyRequest, 'name' | 'code' | 'expiresAt'>;

/** What the owner sees once they have authorized a key: the code, and whom not to give it to. */
export function ClaimCodeView({ name, code, expiresAt, ...frame }: ClaimCodeViewProps): VNode {
  return (
    <Page {...frame} title={texts.codeTitle}>
      <h1>{texts.codeTitle}</h1>
      <section aria-label={texts.codeTitle} class="card">
        <p>{texts.codeDo}</p>
        <strong class="code" data-claim-code>
          {code}
        </strong>
        <p>
          <bdi>{texts.codeFor(name)}</bdi> {texts.codeOnce} <Time at={expiresAt} />.
        </p>
      </section>
      <Caution>
        <strong>{texts.codeWarning}</strong>
        <p>{texts.codeWarningWhy}</p>
      </Caution>
      <p class="quiet">{texts.codeUnasked}</p>
    </Page>
  );
}
