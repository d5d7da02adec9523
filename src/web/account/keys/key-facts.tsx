import type { VNode } from 'preact';
import type { ApiKeyStatus } from '../../../api-keys/keys/api-key.ts';
import type { ApiKeyView } from '../../../api-keys/keys/api-key-view.ts';
import { Badge, type Tone } from '../../frame/badge.tsx';
import { Day } from '../../frame/times/day.tsx';
import { type Fact, Facts } from '../../frame/facts.tsx';
import { Time } from '../../frame/time.tsx';
import { keyTexts as texts } from '../../texts/keys.ts';
import type { ShownKey } from './shown-key.ts';

const TONES: Readonly<Record<ApiKeyStatus, Tone>> = {
  active: 'good',
  needs_reauth: 'alert',
  expired: 'over',
  revoked: 'over',
};

/** A key's status, and its end if that is near. */
export function KeyBadges({ status, isPaused, endsSoon, expiresAt }: ShownKey): VNode {
  return (
    <>
      {isPaused ? (
        <Badge tone="over">{texts.paused}</Badge>
      ) : (
        <Badge tone={TONES[status]}>{texts.status[status]}</Badge>
      )}
      {endsSoon === null ? null : (
        <Badge tone="soon">
          {endsSoon === expiresAt ? texts.expires : texts.status.needs_reauth} <Day at={endsSoon} />
        </Badge>
      )}
    </>
  );
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
function endFact({ status, expiresAt, revokedAt }: ApiKeyView): Fact {
  if (status === 'revoked')
    return [texts.ended, revokedAt === null ? texts.endedWithSession : <Day at={revokedAt} />];
  if (expiresAt === null) return [texts.expires, texts.never];
  return [status === 'expired' ? texts.ended : texts.expires, <Day at={expiresAt} />];
}

/** A key's start and exact times. */
export function KeyFacts({ start, createdAt, expiresAt, lastUsedAt }: ApiKeyView): VNode {
  return (
    <Facts
      facts={[
        [texts.start, <code>{start}</code>],
        [texts.created, <Time at={createdAt} />],
        [texts.expires, expiresAt === null ? texts.endsNever : <Time at={expiresAt} />],
        [texts.lastUsed, lastUsedAt === null ? texts.notUsed : <Time at={lastUsedAt} />],
      ]}
    />
  );
}
