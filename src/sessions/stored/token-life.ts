import type { Session } from './session.ts';

/** How far two clocks may differ before one of them counts as wrong. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * Returns whether an access token would not have expired yet, by every one of the clocks. A clock before the token's own
 * beginning is wrong and proves nothing.
 */
export function hasLifeLeft(
  { refreshedAt, accessExpiresAt }: Pick<Session, 'refreshedAt' | 'accessExpiresAt'>,
  clocks: readonly Date[],
): boolean {
  const beginsAt = refreshedAt.getTime() - CLOCK_TOLERANCE_MS;
  return clocks.every(now => beginsAt <= now.getTime() && now < accessExpiresAt);
}
