import type { RefreshedTokens } from '../../oauth/refresh/refresh-outcome.ts';
import { nextRefreshOf } from '../stored/refresh-policy.ts';
import type { Session } from '../stored/session.ts';
import type { SessionSecrets } from '../stored/session-secrets.service.ts';

/** RFC 6749 section 5.1 lets a server leave out how long a token lives; then we trust it for this long only. */
const UNTOLD_LIFETIME_SECONDS = 300;

/** What a session becomes by a refresh. All times are the database's. */
export type RefreshedGrant = SessionSecrets & {
  readonly pds: string;
  readonly scope: string;
  readonly refreshedAt: Date;
  readonly accessExpiresAt: Date;
  readonly nextRefreshAt: Date;
};

/**
 * Makes of an answer what is to be stored. The token's life is counted from when the request was sent, as nobody
 * knows when within the exchange it began.
 */
export function toRefreshedGrant(
  session: Session,
  secrets: SessionSecrets,
  { tokens, pds, sentAt }: { tokens: RefreshedTokens; pds: string; sentAt: Date },
): RefreshedGrant {
  const lifeMs = (tokens.expiresInSeconds ?? UNTOLD_LIFETIME_SECONDS) * 1000;
  const times = { refreshedAt: sentAt, accessExpiresAt: new Date(sentAt.getTime() + lifeMs) };
  return {
    ...times,
    nextRefreshAt: nextRefreshOf({ id: session.id, ...times }),
    pds,
    scope: tokens.scope ?? session.scope,
    accessToken: tokens.accessToken,
    // RFC 6749 section 6: without a new refresh token the old one goes on.
    refreshToken: tokens.refreshToken ?? secrets.refreshToken,
    dpopKey: secrets.dpopKey,
  };
}
