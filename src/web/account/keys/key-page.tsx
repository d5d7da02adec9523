import type { VNode } from 'preact';
import { Note, Problem } from '../../frame/note.tsx';
import { Permissions } from '../../frame/permissions.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { accountTexts } from '../../texts/account.ts';
import { keyTexts as texts } from '../../texts/keys.ts';
import { problemText } from '../../texts/problem-text.ts';
import { usageTexts } from '../../texts/usage.ts';
import { KeyUse, type KeyUseProps } from '../../usage/key-use.tsx';
import { AccountFrame } from '../frame/account-frame.tsx';
import { KeyBadges, KeyFacts } from './key-facts.tsx';
import { Grace, Renaming, Revocation, Rotation } from './key-forms.tsx';
import type { LostKey } from './lost-key-reasons.service.ts';
import { LostKeys } from './lost-keys.tsx';
import type { ShownKey } from './shown-key.ts';

export type KeyView = Frame &
  Pick<KeyUseProps, 'days' | 'ownNetwork'> & {
    readonly apiKey: ShownKey;
    readonly lost: readonly LostKey[];
    /** The name of the owner's last step here, or the code of its error. */
    readonly done?: string | undefined;
    readonly problem?: string | undefined;
  };

/** The page of one key, where its owner replaces or revokes it. */
export function KeyPage(view: KeyView): VNode {
  const { basePath, apiKey } = view;
  const isOver = apiKey.status === 'revoked' || apiKey.status === 'expired';
  return (
    <AccountFrame {...view} title={apiKey.name}>
      <div class="row-title">
        <h1>
          <bdi>{apiKey.name}</bdi>
        </h1>
        <KeyBadges {...apiKey} />
      </div>
      <KeyNotes {...view} />
      <LostKeys {...view} />
      {apiKey.isPaused ? (
        <Note code="paused" tone="info">
          {texts.pausedHint}
        </Note>
      ) : null}
      <section class="card" aria-label={apiKey.name}>
        <KeyFacts {...apiKey} />
        <div class="field">
          <h2>{texts.may}</h2>
          <Permissions scope={apiKey.scope} />
        </div>
        {isOver ? null : <Renaming {...view} />}
      </section>
      <KeyUse {...view} title={usageTexts.title} />
      {isOver ? null : (
        <>
          <Grace {...view} />
          <Rotation {...view} />
          <Revocation {...view} />
        </>
      )}
      <p>
        <a href={`${basePath}/account`}>{accountTexts.back}</a>
      </p>
    </AccountFrame>
  );
}

/** What became of the owner's last step here. */
function KeyNotes({ done, problem }: KeyView): VNode | null {
  if (problem !== undefined) return <Problem code={problem}>{problemText(problem)}</Problem>;
  const text = done !== undefined && Object.hasOwn(texts.done, done) ? texts.done[done] : undefined;
  return text === undefined ? null : <Note code={done ?? ''}>{text}</Note>;
}
