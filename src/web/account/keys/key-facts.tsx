import type { VNode } from 'preact';
import type { ApiKeyStatus } from '../../../api-keys/keys/api-key.ts';
import type { ApiKeyView } from '../../../api-keys/keys/api-key-view.ts';
import { Badge, type Tone } from '../../frame/badge.tsx';
import { Facts } from '../../frame/facts.tsx';
import { Time } from '../../frame/time.tsx';
import { keyTexts as texts } from '../../texts/keys.ts';
import type { ShownKey } from './shown-key.ts';

const TONES: Readonly<Record<ApiKeyStatus, Tone>> = {
  active: 'good',
  needs_reauth: 'alert',
  expired: 'over',
  revoked: 'over',
};

/** A key's status. */
export function KeyBadge({ status, isPaused }: Pick<ShownKey, 'status' | 'isPaused'>): VNode {
  if (isPaused) return <Badge tone="over">{texts.paused}</Badge>;
  return <Badge tone={TONES[status]}>{texts.status[status]}</Badge>;
}

/** A key's start and times, and its permissions if `may` is given. */
export function KeyFacts({
  start,
  createdAt,
  expiresAt,
  lastUsedAt,
  may,
}: ApiKeyView & { may?: string }): VNode {
  return (
    <Facts
      facts={[
        [texts.start, <code>{start}</code>],
        [texts.created, <Time at={createdAt} />],
        [texts.expires, expiresAt === null ? texts.endsNever : <Time at={expiresAt} />],
        [texts.lastUsed, lastUsedAt === null ? texts.notUsed : <Time at={lastUsedAt} />],
        may === undefined ? undefined : [texts.may, may],
      ]}
    />
  );
}
