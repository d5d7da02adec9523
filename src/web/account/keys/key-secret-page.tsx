import type { VNode } from 'preact';
import type { IssuedApiKey } from '../../../api-keys/keys/api-keys.service.ts';
import { Caution, Note } from '../../frame/note.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { keyTexts as texts } from '../../texts/keys.ts';
import { AccountFrame } from '../frame/account-frame.tsx';

export type KeySecretView = Frame & {
  readonly baseUrl: string;
  readonly issued: Pick<IssuedApiKey, 'name' | 'secret'>;
  /** The grace period of the secret that was replaced. Undefined for a new key. */
  readonly graceSeconds?: number;
};

/** The page that shows a secret, once. */
export function KeySecretPage(view: KeySecretView): VNode {
  const { basePath, baseUrl, issued, graceSeconds } = view;
  const title = graceSeconds === undefined ? texts.secretTitle : texts.newSecretTitle;
  return (
    <AccountFrame {...view} title={title}>
      <h1>{title}</h1>
      <Caution>
        <strong>{texts.once}</strong>
      </Caution>
      <section class="card" aria-label={texts.secretOf(issued.name)}>
        <h2>
          <bdi>{texts.secretOf(issued.name)}</bdi>
        </h2>
        <code id="secret" class="secret" data-secret>
          {issued.secret}
        </code>
        <button type="button" data-copy="secret" data-copied={texts.copied} aria-live="polite" hidden>
          {texts.copy}
        </button>
        <p class="quiet">{texts.secrecy}</p>
      </section>
      {graceSeconds === undefined ? null : (
        <Note>
          {graceSeconds > 0 ? texts.graceUntil(texts.graceTexts[graceSeconds] ?? '') : texts.noGrace}
        </Note>
      )}
      <details>
        <summary>{texts.use}</summary>
        <p class="quiet">{texts.useLead}</p>
        <pre>
          <code>{`curl -H "Authorization: Bearer $KEY" ${baseUrl}/xrpc/com.atproto.server.getSession`}</code>
        </pre>
      </details>
      <p>
        <a class="button secondary" href={`${basePath}/account`}>
          {texts.toKeys}
        </a>
      </p>
    </AccountFrame>
  );
}
