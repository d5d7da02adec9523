import type { Selectable } from 'kysely';
import type { ApiKeyTable } from '../../database/tables/api-key.ts';
import type { SessionStatus } from '../../database/tables/oauth-session.ts';
import type { ApiKeyId, SessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';
import { toDate } from '../../database/tables/timestamp.ts';
import type { KeyOutcome } from '../../observability/metrics/metrics-labels.ts';

const MINUTE_MS = 60_000;

export const apiKeyStatuses = ['active', 'needs_reauth', 'expired', 'revoked'] as const;

/**
 * What a key is good for: `active`, or `needs_reauth` while its session needs its owner, who makes it live again by
 * reconnecting; `expired` or `revoked` for good. A key whose session was ended for good is `revoked` with it.
 */
export type ApiKeyStatus = (typeof apiKeyStatuses)[number];

/** An API key; it acts through its own session. */
export type ApiKey = {
  readonly id: ApiKeyId;
  readonly did: Did;
  readonly sessionId: SessionId;
  readonly name: string;
  readonly scope: string;
  readonly start: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
};

export type ApiKeyRow = Selectable<ApiKeyTable>;

/** A key as its row says, which is kept to change exactly this row. */
export type StoredApiKey = ApiKey & { readonly row: ApiKeyRow };

/** What a secret that names a key is good for. */
export type KeyVerdict = Extract<KeyOutcome, 'accepted' | 'expired' | 'revoked' | 'rotated'>;

export function toApiKey(row: ApiKeyRow): StoredApiKey {
  return {
    id: row.id,
    did: row.did,
    sessionId: row.session_id,
    name: row.name,
    scope: row.scope,
    start: row.start,
    createdAt: new Date(row.created_at),
    expiresAt: toDate(row.expires_at),
    revokedAt: toDate(row.revoked_at),
    lastUsedAt: toDate(row.last_used_at),
    row,
  };
}

/** Judges the secret with this digest, by which the key was found. */
export function decideKey(key: StoredApiKey, digest: string, now: Date): KeyVerdict {
  if (isExpired(key, key.revokedAt ?? now)) return 'expired';
  if (key.revokedAt) return 'revoked';
  if (digest === key.row.digest) return 'accepted';
  const { previous_digest, previous_until } = key.row;
  const isInGrace = digest === previous_digest && previous_until !== null && new Date(previous_until) > now;
  return isInGrace ? 'accepted' : 'rotated';
}

export function statusOf(key: ApiKey, session: SessionStatus, now: Date): ApiKeyStatus {
  if (isExpired(key, key.revokedAt ?? now)) return 'expired';
  if (key.revokedAt) return 'revoked';
  switch (session) {
    case 'active':
    case 'needs_reauth':
      return session;
    case 'revoking':
    case 'revoked':
      return 'revoked';
  }
}

/** Until when the secret of now works beside its successor: as long as is asked for, and never past the key's end. */
export function graceEndOf({ expiresAt }: ApiKey, graceSeconds: number, now: Date): Date {
  const end = new Date(now.getTime() + graceSeconds * 1000);
  return expiresAt && expiresAt < end ? expiresAt : end;
}

/** The minute of a use, which is how exactly it is written down. */
export function minuteOf(now: Date): Date {
  return new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS);
}

function isExpired({ expiresAt }: ApiKey, at: Date): boolean {
  return expiresAt !== null && expiresAt <= at;
}
