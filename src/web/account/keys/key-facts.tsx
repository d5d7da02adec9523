import type { VNode } from 'preact';
import type { ApiKeyStatus } from '../../../api-keys/keys/api-key.ts';
import type { ApiKeyView } from '../../../api-keys/keys/api-key-view.ts';
import { Badge, type Tone } from '../../frame/badge.tsx';
import { Day } from '../../frame/times/day.tsx';
import { type Fact, Facts } from '../../frame/facts.tsx';
import { Time } from '../../frame/time.tsx';
import { canAct } from '../../../oauth/scopes/key-scope.ts';
import { keyTexts as texts } from '../../texts/keys.ts';
import type { ShownKey } from './shown-key.ts';

const TONES: Readonly<Record<ApiKeyStatus, Tone>> = {
  active: 'good',
  needs_reauth: 'alert',
  expired: 'over',
  revoked: 'over',
};

/** A key's status, and its end or the day on which it needs its owner if that is near. */
export function KeyBadges(key: ShownKey): VNode {
  const { endsSoon } = key;
  return (
    <>
      <StatusBadge {...key} />
      {endsSoon === null ? null : (
        <Badge tone="soon">
          {needsOwnerFirst(key) ? texts.needsYou : texts.expires} <Day at={endsSoon} />
        </Badge>
      )}
    </>
  );
}

function StatusBadge({ status, isPaused, scope }: ShownKey): VNode {
  if (isPaused) return <Badge tone="over">{texts.paused}</Badge>;
  if (status === 'active' && !canAct(scope)) return <Badge tone="over">{texts.powerless}</Badge>;
  return <Badge tone={TONES[status]}>{texts.status[status]}</Badge>;
}

/** Whether a key needs its owner before its own end, because of its session. */
function needsOwnerFirst({ needsOwnerBy, expiresAt }: ApiKeyView): boolean {
  return needsOwnerBy !== null && needsOwnerBy !== expiresAt;
}

/** A key's times in days, and its start: the same columns in each row of the list. */
export function KeyColumns(key: ApiKeyView): VNode {
  const { start, createdAt, lastUsedAt } = key;
  return (
    <Facts
      facts={[
        endFact(key),
        [texts.lastUsed, lastUsedAt === null ? texts.notUsed : <Day at={lastUsedAt} />],
        [texts.created, <Day at={createdAt} />],
        [texts.start, <code>{start}</code>],
      ]}
    />
  );
}

/** A revoked session has revoked its keys without a time of their own. */
function endFact(key: ApiKeyView): Fact {
  const { status, expiresAt, revokedAt, needsOwnerBy } = key;
  if (status === 'revoked')
    return [texts.ended, revokedAt === null ? texts.endedWithSession : <Day at={revokedAt} />];
  if (needsOwnerBy !== null && needsOwnerFirst(key)) return [texts.needsYou, <Day at={needsOwnerBy} />];
  if (expiresAt === null) return [texts.expires, texts.never];
  return [status === 'expired' ? texts.ended : texts.expires, <Day at={expiresAt} />];
}

/** A key's start and exact times. */
export function KeyFacts(key: ApiKeyView): VNode {
  const { start, createdAt, expiresAt, lastUsedAt, needsOwnerBy } = key;
  const needsYou = needsOwnerFirst(key) && needsOwnerBy !== null;
  return (
    <Facts
      facts={[
        [texts.start, <code>{start}</code>],
        [texts.created, <Time at={createdAt} />],
        [texts.expires, expiresAt === null ? texts.endsNever : <Time at={expiresAt} />],
        needsYou ? [texts.needsYouBy, <NeedsYouBy at={needsOwnerBy} />] : undefined,
        [texts.lastUsed, lastUsedAt === null ? texts.notUsed : <Time at={lastUsedAt} />],
      ]}
    />
  );
}

function NeedsYouBy({ at }: { at: string }): VNode {
  return (
    <>
      <Time at={at} /> <span class="quiet">{texts.needsYouHint}</span>
    </>
  );
}
