import type { SessionReason } from '../../database/tables/oauth-session.ts';
import { lifetimeSecondsOf, scopeOf } from '../../oauth/issuers/token-members.ts';
import type { RefreshedTokens } from '../../oauth/refresh/token-answer.ts';
import { nextRefreshOf } from '../stored/refresh-policy.ts';
import type { Session } from '../stored/session.ts';
import type { SessionSecrets } from '../stored/session-secrets.service.ts';

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
  // An answer on disk may be of an older version, which did not check these two.
  const lifeMs = lifetimeSecondsOf(tokens.expiresInSeconds) * 1000;
  const times = { refreshedAt: sentAt, accessExpiresAt: new Date(sentAt.getTime() + lifeMs) };
  return {
    ...times,
    nextRefreshAt: nextRefreshOf({ id: session.id, ...times }),
    pds,
    scope: scopeOf(tokens.scope) ?? session.scope,
    accessToken: tokens.accessToken,
    // RFC 6749 section 6: without a new refresh token the old one stays valid.
    refreshToken: tokens.refreshToken ?? secrets.refreshToken,
    dpopKey: secrets.dpopKey,
  };
}

/** The reasons for which tokens are stored and never sent. */
export type TokenFlaw = Extract<SessionReason, 'other_account' | 'unusable_token'>;

/** Decides whether tokens must never be sent: those of another account, and those that no request can carry. */
export function decideTokenFlaw(
  { sub, isUsable }: Partial<Pick<RefreshedTokens, 'sub' | 'isUsable'>>,
  { did }: Pick<Session, 'did'>,
): TokenFlaw | null {
  if (sub !== undefined && sub !== null && sub !== did) return 'other_account';
  // Undefined in an answer of an older version, which accepted usable tokens only.
  return isUsable === false ? 'unusable_token' : null;
}
