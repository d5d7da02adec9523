import type { VNode } from 'preact';
import { Note } from '../../frame/note.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { keyTexts as texts } from '../../texts/keys.ts';
import { AccountFrame } from '../frame/account-frame.tsx';

export type OtherAccountView = Frame & {
  readonly id: string;
  /** The account of the key, by its handle or DID. */
  readonly account: string;
};

/** The page of a key whose browser has signed in to another account meanwhile. The key waits for its own. */
export function OtherAccountPage({ id, account, ...frame }: OtherAccountView): VNode {
  const query = new URLSearchParams({
    identifier: account,
    return_to: `${frame.basePath}/account/key-requests/${id}`,
  });
  return (
    <AccountFrame {...frame} title={texts.otherTitle}>
      <h1>{texts.otherTitle}</h1>
      <Note code="other-account" tone="info">
        <bdi>{texts.other(account)}</bdi>
      </Note>
      <p>
        <a class="button" href={`${frame.basePath}/?${query}`}>
          {texts.otherSignIn}
        </a>
      </p>
    </AccountFrame>
  );
}
