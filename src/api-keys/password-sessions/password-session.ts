import { digestOf } from '../../crypto/secret.ts';
import type { ApiKeyId, PasswordSessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';
import { decideSecret, type KeyVerdict, type StoredApiKey } from '../keys/api-key.ts';

const ACCESS_MS = 2 * 60 * 60_000;
const REFRESH_MS = 60 * 24 * 60 * 60_000;

/** How long a spent refresh token is answered again, as at a PDS. Longer while its answer may have been lost. */
const REPEATABLE_MS = 2 * 60 * 60_000;

/** A password session that was renewed or ended. */
export type PasswordSession = {
  readonly id: PasswordSessionId;
  readonly apiKeyId: ApiKeyId;
  readonly generation: number;
  readonly renewedAt: Date;
  readonly seenAt: Date | null;
  readonly endedAt: Date | null;
  readonly expiresAt: Date;
};

/** The facts of a token of a password session. */
export type SessionToken = {
  readonly sessionId: PasswordSessionId;
  readonly apiKeyId: ApiKeyId;
  readonly did: Did;
  /** Names the secret that opened the session, without telling it. */
  readonly secretTag: string;
  /** The number of renewals before it. */
  readonly generation: number;
  readonly expiresAt: Date;
};

export type TokenUse = 'access' | 'refresh';

/** What a refresh token gets: tokens of the next generation, those of the current one again, or nothing. */
export type RenewalDecision = 'renew' | 'repeat' | 'refuse';

/**
 * Decides what a refresh token gets. The one before the current one gets the current tokens again for two hours, and as
 * long as none of them was used: the answer may have been lost. A token from after the stored generation proves that the
 * database was rolled back.
 *
 * @param stored undefined for a session that was never renewed
 */
export function decideRenewal(
  stored: PasswordSession | undefined,
  { generation }: Pick<SessionToken, 'generation'>,
  now: Date,
): RenewalDecision {
  if (!stored) return 'renew';
  if (stored.endedAt) return 'refuse';
  if (generation >= stored.generation) return 'renew';
  if (generation < stored.generation - 1) return 'refuse';
  const isFresh = now.getTime() < stored.renewedAt.getTime() + REPEATABLE_MS;
  return isFresh || !stored.seenAt ? 'repeat' : 'refuse';
}

/** Returns the end of a new token: never after the end of its key. */
export function endOf(use: TokenUse, { expiresAt }: Pick<StoredApiKey, 'expiresAt'>, now: Date): Date {
  const end = new Date(now.getTime() + (use === 'access' ? ACCESS_MS : REFRESH_MS));
  return expiresAt && expiresAt < end ? expiresAt : end;
}

/** Returns the tag of a secret by its digest. */
export function secretTagOf(digest: string): string {
  return digestOf(digest).slice(0, 16);
}

/** Decides whether the secret that opened a session is still valid. */
export function decideSecretTag(key: StoredApiKey, secretTag: string, now: Date): KeyVerdict {
  const { digest, previous_digest: previous } = key.row;
  const isPrevious = previous !== null && secretTagOf(previous) === secretTag;
  const presented = secretTagOf(digest) === secretTag ? digest : isPrevious ? previous : '';
  return decideSecret(key, presented, now);
}
