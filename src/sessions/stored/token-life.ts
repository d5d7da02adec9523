import { decodeJwt } from 'jose';
import type { LiveSession } from './session.cache.ts';

/** How far two clocks may differ before one of them counts as wrong. */
const CLOCK_TOLERANCE_MS = 60_000;

/** Access tokens of atproto live an hour or less. An issuer that tells a longer life may end them earlier. */
const LONGEST_LIFE_MS = 60 * 60_000;

/**
 * Returns whether an access token would not have expired yet, by every one of the clocks. A clock before the token's own
 * beginning is wrong and proves nothing. Nor does a life of over an hour, which an odd `expires_in` may tell. The stored
 * times are wrong if the database's clock was, so the end that the issuer wrote into the token counts too.
 */
export function hasLifeLeft(
  {
    refreshedAt,
    accessExpiresAt,
    secrets: { accessToken },
  }: Pick<LiveSession, 'refreshedAt' | 'accessExpiresAt'> & {
    readonly secrets: Pick<LiveSession['secrets'], 'accessToken'>;
  },
  clocks: readonly Date[],
): boolean {
  const beginsAt = refreshedAt.getTime() - CLOCK_TOLERANCE_MS;
  const endsAt = Math.min(
    accessExpiresAt.getTime(),
    refreshedAt.getTime() + LONGEST_LIFE_MS,
    writtenEndOf(accessToken),
  );
  return clocks.every(now => beginsAt <= now.getTime() && now.getTime() < endsAt);
}

/** Returns the end that a token tells of itself, by its issuer's clock. A token of another form tells none. */
function writtenEndOf(accessToken: string): number {
  try {
    const { exp } = decodeJwt(accessToken);
    return Number.isFinite(exp) ? Number(exp) * 1000 : Infinity;
  } catch {
    return Infinity;
  }
}
