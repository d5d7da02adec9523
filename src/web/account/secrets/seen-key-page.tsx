import type { VNode } from 'preact';
import { Note } from '../../frame/note.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { keyTexts as texts } from '../../texts/keys.ts';
import { AccountFrame } from '../frame/account-frame.tsx';

/** The page of a secret that was shown before. */
export function SeenKeyPage({ id, ...frame }: Frame & { readonly id: string }): VNode {
  return (
    <AccountFrame {...frame} title={texts.seenTitle}>
      <h1>{texts.seenTitle}</h1>
      <Note code="seen" tone="info">
        {texts.seen}
      </Note>
      <section class="card" aria-label={texts.seenLost}>
        <p>{texts.seenLost}</p>
        <a class="button" href={`${frame.basePath}/account/keys/${id}#rotate`}>
          {texts.seenReplace}
        </a>
      </section>
      <p>
        <a href={`${frame.basePath}/account`}>{texts.seenBack}</a>
      </p>
    </AccountFrame>
  );
}
