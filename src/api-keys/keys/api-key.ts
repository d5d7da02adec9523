import type { Selectable } from 'kysely';
import { startOf } from '../../crypto/api-key-secret.ts';
import { digestOf } from '../../crypto/secret.ts';
import type { ApiKeyTable } from '../../database/tables/api-key.ts';
import type { SessionStatus } from '../../database/tables/oauth-session.ts';
import type { ApiKeyId, SessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';
import { toDate } from '../../database/tables/timestamp.ts';
import type { KeyOutcome } from '../../observability/metrics/metrics-labels.ts';

const MINUTE_MS = 60_000;

export const apiKeyStatuses = ['active', 'needs_reauth', 'expired', 'revoked'] as const;

/**
 * The status of a key. `needs_reauth` lasts until the owner reconnects the key's session. `expired` and `revoked` are
 * final. A key whose session was revoked is `revoked`.
 */
export type ApiKeyStatus = (typeof apiKeyStatuses)[number];

/** An API key. It acts through its own session. */
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
  readonly lastUsedClient: string | null;
  readonly lastUsedNetwork: string | null;
  /** The end of the grace of the secret before this one. Null if that secret does not work. */
  readonly previousUntil: Date | null;
};

/** The last use of a key: its minute, and the program and network that it came from. */
export type ApiKeyUse = Pick<ApiKey, 'lastUsedClient' | 'lastUsedNetwork'> & { readonly lastUsedAt: Date };

export type ApiKeyRow = Selectable<ApiKeyTable>;

/** A key with its row: a change applies only to exactly this row. */
export type StoredApiKey = ApiKey & { readonly row: ApiKeyRow };

/** The result of a secret that belongs or belonged to a key. */
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
    lastUsedClient: row.last_used_client,
    lastUsedNetwork: row.last_used_network,
    previousUntil: toDate(row.previous_until),
    row,
  };
}

/** Returns the columns that store a secret. */
export function secretColumnsOf(secret: string): Pick<ApiKeyRow, 'start' | 'digest'> {
  return { start: startOf(secret), digest: digestOf(secret) };
}

/** Decides whether the secret with `digest`, by which the key was found, is valid. */
export function decideSecret(key: StoredApiKey, digest: string, now: Date): KeyVerdict {
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
    case 'needs_check':
      return 'active'; // It works again by itself, unless its owner turns out to be needed.
    case 'revoking':
    case 'revoked':
      return 'revoked';
  }
}

/** Returns the end of the grace of a rotated secret: at most the key's expiry. */
export function graceEndOf({ expiresAt }: ApiKey, graceSeconds: number, now: Date): Date {
  const end = new Date(now.getTime() + graceSeconds * 1000);
  return expiresAt && expiresAt < end ? expiresAt : end;
}

/** Returns the end of the grace of a key's previous secret. Null if that secret does not work at `now`. */
export function graceOf({ previousUntil }: ApiKey, status: ApiKeyStatus, now: Date): Date | null {
  const isOver = status === 'expired' || status === 'revoked';
  return previousUntil !== null && previousUntil > now && !isOver ? previousUntil : null;
}

/** Returns the start of the minute, the precision of a stored use. */
export function minuteOf(now: Date): Date {
  return new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS);
}

/** Returns the first slot that none of an account's keys occupies. Undefined if the account has `most` keys. */
export function findFreeSlot(occupied: readonly number[], most: number): number | undefined {
  // Counted first: occupied slots may lie above a limit that was lowered.
  if (occupied.length >= most) return undefined;
  let slot = 1;
  while (occupied.includes(slot)) slot++;
  return slot;
}

function isExpired({ expiresAt }: ApiKey, at: Date): boolean {
  return expiresAt !== null && expiresAt <= at;
}
