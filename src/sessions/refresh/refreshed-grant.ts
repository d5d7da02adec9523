import type { RefreshedTokens } from '../../oauth/refresh/refresh-outcome.ts';
import { nextRefreshOf } from '../stored/refresh-policy.ts';
import type { Session } from '../stored/session.ts';
import type { SessionSecrets } from '../stored/session-secrets.service.ts';

/** RFC 6749 section 5.1 allows an answer without `expires_in`. Such a token is trusted for this long only. */
const UNTOLD_LIFETIME_SECONDS = 300;

/** The columns and secrets of a session that a refresh changes. All times are the database's. */
export type RefreshedGrant = SessionSecrets & {
  readonly pds: string;
  readonly scope: string;
  readonly refreshedAt: Date;
  readonly accessExpiresAt: Date;
  readonly nextRefreshAt: Date;
};

/**
 * Returns what to store of an answer. The token's life counts from when the request was sent: it began some time
 * during the exchange.
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
    // RFC 6749 section 6: without a new refresh token the old one stays valid.
    refreshToken: tokens.refreshToken ?? secrets.refreshToken,
    dpopKey: secrets.dpopKey,
  };
}
