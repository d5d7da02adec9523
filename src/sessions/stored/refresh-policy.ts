import type { SessionReason } from '../../database/tables/oauth-session.ts';
import { REQUEST_LIFETIME_MS } from '../../single-use/use-decision.ts';
import type { Session } from './session.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** An access token with less life than this is not sent: it might end on the way. */
const LEAST_TOKEN_LIFE_MS = 10_000;

/** A session whose token was renewed this recently is not refreshed because a PDS refuses the new one. */
const SETTLING_TIME_MS = MINUTE_MS;

/** A session used this recently is refreshed at half of its token's life. Others are only kept alive. */
export const RECENT_USE_MS = DAY_MS;

/** How long an idle session goes without a refresh: well inside `IDLE_LIMIT_MS`. */
const KEEP_ALIVE_MS = { public: 5 * DAY_MS, confidential: 30 * DAY_MS } as const;

/** How long a session lives without a refresh. None of these limits is on the wire: they are what issuers do today. */
const IDLE_LIMIT_MS = { public: 14 * DAY_MS, confidential: 91 * DAY_MS } as const;

/** How long a session lives in all, however often it is refreshed: two weeks, or two years of 365.25 days. */
export const LIFE_LIMIT_MS = { public: 14 * DAY_MS, confidential: 730.5 * DAY_MS } as const;

/** How long before its absolute end the operator is warned of a session. */
export const END_NOTICE_MS = { public: 2 * DAY_MS, confidential: 30 * DAY_MS } as const;

/** By so much the issuer's clock may be ahead of ours when it ends a session. */
const CLOCK_LEEWAY_MS = 10 * MINUTE_MS;

/** What is to be done about a session's token. `usable`: the access token it has may still be sent. */
export type RefreshDecision =
  | { readonly kind: 'fresh' }
  /** The token works, and it is time to renew it. */
  | { readonly kind: 'due' }
  /** There is no token to work with until it is renewed. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'back-off'; readonly usable: boolean; readonly until: Date }
  /** A refresh token is on its way, or its answer was lost. */
  | { readonly kind: 'in-doubt'; readonly usable: boolean }
  | { readonly kind: 'reauthenticate'; readonly reason: SessionReason | null };

/** Decides what a session needs at a time of the database's clock. */
export function decide(session: Session, now: Date): RefreshDecision {
  const { status, reason, attempt, failures, nextRefreshAt } = session;
  if (status !== 'active') return { kind: 'reauthenticate', reason };
  const usable = isUsable(session, now);
  if (attempt && attempt.state !== 'prepared') return { kind: 'in-doubt', usable };
  if (failures > 0 && nextRefreshAt && nextRefreshAt > now)
    return { kind: 'back-off', usable, until: nextRefreshAt };
  if (!usable) return { kind: 'expired' };
  return remaining(session, now) <= cushion(session) ? { kind: 'due' } : { kind: 'fresh' };
}

function isUsable(session: Session, now: Date): boolean {
  return remaining(session, now) > LEAST_TOKEN_LIFE_MS;
}

/** Whether a token was renewed so recently that a PDS which refuses it would refuse the next one as well. */
export function isSettling({ refreshedAt }: Pick<Session, 'refreshedAt'>, now: Date): boolean {
  return now.getTime() - refreshedAt.getTime() < SETTLING_TIME_MS;
}

/** When a worker should look at a session that was just refreshed: at half of its token's life, spread over a tenth. */
export function nextRefreshOf(session: Pick<Session, 'id' | 'refreshedAt' | 'accessExpiresAt'>): Date {
  const share = 0.45 + 0.1 * spread(session.id);
  return new Date(session.refreshedAt.getTime() + lifetime(session) * share);
}

/** When a worker should refresh a session that nobody uses, so that it lives on. */
export function keepAliveOf(session: Pick<Session, 'id' | 'refreshedAt' | 'kid'>): Date {
  const interval = KEEP_ALIVE_MS[clientTypeOf(session)];
  return new Date(session.refreshedAt.getTime() + interval * (0.8 + 0.2 * spread(session.id)));
}

/** Returns how long a request to refresh this session can be accepted after it was sent, in milliseconds. */
export function requestLifetimeOf(session: Pick<Session, 'kid'>): number {
  return REQUEST_LIFETIME_MS[clientTypeOf(session)];
}

/**
 * When a session ends however often it is refreshed, as far as we can know: the issuer has the last word, so nothing
 * is ended here because of this date.
 */
export function absoluteEndOf(session: Pick<Session, 'grantedAt' | 'kid'>): Date {
  return new Date(session.grantedAt.getTime() + LIFE_LIMIT_MS[clientTypeOf(session)]);
}

/** Why a session is over that its issuer says is over: its time was up, nobody refreshed it, or somebody revoked it. */
export function endReasonOf(
  session: Pick<Session, 'grantedAt' | 'refreshedAt' | 'kid'>,
  now: Date,
): Extract<SessionReason, 'lifetime' | 'idle' | 'revoked'> {
  if (absoluteEndOf(session).getTime() - now.getTime() <= CLOCK_LEEWAY_MS) return 'lifetime';
  const idleMs = now.getTime() - session.refreshedAt.getTime();
  return idleMs >= IDLE_LIMIT_MS[clientTypeOf(session)] ? 'idle' : 'revoked';
}

function clientTypeOf({ kid }: Pick<Session, 'kid'>): 'public' | 'confidential' {
  return kid === null ? 'public' : 'confidential';
}

function remaining({ accessExpiresAt }: Session, now: Date): number {
  return accessExpiresAt.getTime() - now.getTime();
}

function lifetime({
  accessExpiresAt,
  refreshedAt,
}: Pick<Session, 'accessExpiresAt' | 'refreshedAt'>): number {
  return Math.max(0, accessExpiresAt.getTime() - refreshedAt.getTime());
}

/** The life at which a token is renewed: 15 % or 8 min, but never more than half, and a fifth apart between sessions. */
function cushion(session: Session): number {
  const life = lifetime(session);
  const widest = Math.min(Math.max(0.15 * life, 8 * MINUTE_MS), 0.5 * life);
  return widest * (0.8 + 0.2 * spread(session.id));
}

/** A number from 0 to 1 that is always the same for a session and different between sessions (FNV-1a). */
function spread(id: string): number {
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return hash / 0xffffffff;
}
