import type { Session } from './session.ts';

/** How far two clocks may differ before one of them counts as wrong. */
const CLOCK_TOLERANCE_MS = 60_000;

/** Access tokens of atproto live an hour or less. An issuer that tells a longer life may end them earlier. */
const LONGEST_LIFE_MS = 60 * 60_000;

/**
 * Returns whether an access token would not have expired yet, by every one of the clocks. A clock before the token's own
 * beginning is wrong and proves nothing. Nor does a life of over an hour, which an odd `expires_in` may tell.
 */
export function hasLifeLeft(
  { refreshedAt, accessExpiresAt }: Pick<Session, 'refreshedAt' | 'accessExpiresAt'>,
  clocks: readonly Date[],
): boolean {
  const beginsAt = refreshedAt.getTime() - CLOCK_TOLERANCE_MS;
  const endsAt = Math.min(accessExpiresAt.getTime(), refreshedAt.getTime() + LONGEST_LIFE_MS);
  return clocks.every(now => beginsAt <= now.getTime() && now.getTime() < endsAt);
}
