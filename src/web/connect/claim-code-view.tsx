import type { VNode } from 'preact';
import type { AuthorizedKeyRequest } from '../../api-keys/requests/key-request-authorizations.service.ts';
import { Caution } from '../frame/note.tsx';
import { Page } from '../frame/page.tsx';
import type { Frame } from '../frame/pages.service.ts';
import { Time } from '../frame/time.tsx';
import { connectTexts as texts } from '../texts/connect.ts';

export type ClaimCodeViewProps = Frame & Pick<AuthorizedKeyRequest, 'name' | 'code' | 'expiresAt'>;

/** The page after an owner has authorized a key: the code, and a warning not to give it away. */
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
