import type { SessionReason } from '../../database/tables/oauth-session.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { OWNER_SILENCE_MS } from '../../leases/instances/owner-state.ts';
import { REQUEST_LIFETIME_MS } from '../../single-use/use-decision.ts';
import type { Session } from './session.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** An access token with less life left than this is not sent: it could expire on the way. */
const LEAST_TOKEN_LIFE_MS = 10_000;

/**
 * A process that dies over a refresh leaves the session a token that works until another one may send again: after the
 * silence of the owner and the life of its request, with two minutes to spare.
 */
const LEAST_CUSHION_MS = OWNER_SILENCE_MS + REQUEST_LIFETIME_MS.public + 2 * MINUTE_MS;

/** If a PDS refuses a token that was renewed this recently, the session is not refreshed again. */
const SETTLING_TIME_MS = MINUTE_MS;

/** No back-off is as long. One that seems to be was stored by a clock that was wrong, or is read by one. */
const LONGEST_BACK_OFF_MS = 20 * MINUTE_MS;

/** A session used this recently is refreshed at half of its token's life. Others are only kept alive. */
export const RECENT_USE_MS = DAY_MS;

/** How long an idle session goes without a refresh: well inside `IDLE_LIMIT_MS`. */
const KEEP_ALIVE_MS = { public: 5 * DAY_MS, confidential: 30 * DAY_MS } as const;

/** A refresh that is planned later than this was planned by a clock that was wrong: a day beyond the keep-alive. */
export const LATEST_REFRESH_MS = { public: 6 * DAY_MS, confidential: 31 * DAY_MS } as const;

/** How long a session lives without a refresh. None of these limits is on the wire; issuers apply them today. */
const IDLE_LIMIT_MS = { public: 14 * DAY_MS, confidential: 91 * DAY_MS } as const;

/** How long a session lives however often it is refreshed: two weeks, or two years of 365.25 days. */
export const LIFE_LIMIT_MS = { public: 14 * DAY_MS, confidential: 730.5 * DAY_MS } as const;

/** How long before a session's absolute end the operator is warned. */
export const END_NOTICE_MS = { public: 2 * DAY_MS, confidential: 30 * DAY_MS } as const;

/** How long a caller waits that nothing better can be told. */
const SOON_MS = 5_000;

/** How far the issuer's clock may be ahead of ours when it ends a session. */
const CLOCK_LEEWAY_MS = 10 * MINUTE_MS;

/** The next step for a session's token. `usable`: the current access token may still be sent. */
export type RefreshDecision =
  | { readonly kind: 'fresh' }
  /** The token works and is due for renewal. */
  | { readonly kind: 'due' }
  /** No token works until the session is refreshed. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'back-off'; readonly usable: boolean; readonly until: Date }
  /** The refresh token was sent, and its answer is not stored. */
  | { readonly kind: 'in-doubt'; readonly usable: boolean }
  | { readonly kind: 'reauthenticate'; readonly reason: SessionReason | null };

/** Decides what a session's token needs. `now` is by the database's clock. */
export function decide(session: Session, now: Date): RefreshDecision {
  const { status, reason, attempt, failures, nextRefreshAt } = session;
  if (status !== 'active') return { kind: 'reauthenticate', reason };
  const usable = isUsable(session, now);
  if (attempt && attempt.state !== 'prepared') return { kind: 'in-doubt', usable };
  // Whoever prepares an attempt has claimed the session by moving its next refresh.
  if (!attempt && failures > 0 && nextRefreshAt && isBackOff(nextRefreshAt, now))
    return { kind: 'back-off', usable, until: nextRefreshAt };
  if (!usable) return { kind: 'expired' };
  return remaining(session, now) <= cushion(session) ? { kind: 'due' } : { kind: 'fresh' };
}

/** Returns how long a caller has to wait until a session without a usable token can have one, in milliseconds. */
export function retryAfterMs(session: Session, now: Date): number {
  const decision = decide(session, now);
  if (decision.kind === 'back-off') return decision.until.getTime() - now.getTime();
  // An answer that is still on its way may come at any time.
  if (session.attempt?.state !== 'in_doubt') return SOON_MS;
  const sentAt = session.attempt.sentAt ?? now;
  const lifetimeMs = requestLifetimeOf(session);
  const leftMs = sentAt.getTime() + lifetimeMs - now.getTime();
  return leftMs > 0 ? Math.min(leftMs, lifetimeMs) : SOON_MS;
}

function isBackOff(until: Date, now: Date): boolean {
  const leftMs = until.getTime() - now.getTime();
  return leftMs > 0 && leftMs <= LONGEST_BACK_OFF_MS;
}

function isUsable(session: Session, now: Date): boolean {
  return remaining(session, now) > LEAST_TOKEN_LIFE_MS;
}

/**
 * Returns whether the token was renewed so recently that a PDS that refuses it would refuse the next one too. A token that
 * seems to come from the future is not: the clock went back, and the token may be old.
 */
export function isSettling({ refreshedAt }: Pick<Session, 'refreshedAt'>, now: Date): boolean {
  const ageMs = now.getTime() - refreshedAt.getTime();
  return ageMs >= 0 && ageMs < SETTLING_TIME_MS;
}

/** Returns when a worker next considers a refreshed session: at half of its token's life, jittered by a tenth. */
export function nextRefreshOf(session: Pick<Session, 'id' | 'refreshedAt' | 'accessExpiresAt'>): Date {
  const share = 0.45 + 0.1 * spread(session.id);
  return new Date(session.refreshedAt.getTime() + lifetime(session) * share);
}

/** Returns when a worker refreshes an unused session to keep it alive. */
export function keepAliveOf(session: Pick<Session, 'id' | 'refreshedAt' | 'kid'>): Date {
  const interval = KEEP_ALIVE_MS[clientTypeOf(session)];
  return new Date(session.refreshedAt.getTime() + interval * (0.8 + 0.2 * spread(session.id)));
}

/** Returns how long issuers accept a refresh request after it was sent, in milliseconds. */
export function requestLifetimeOf(session: Pick<Session, 'kid'>): number {
  return REQUEST_LIFETIME_MS[clientTypeOf(session)];
}

/**
 * Returns when a session is expected to end however often it is refreshed. The issuer decides, so the broker ends nothing
 * because of this date.
 */
export function absoluteEndOf(session: Pick<Session, 'grantedAt' | 'kid'>): Date {
  return new Date(session.grantedAt.getTime() + LIFE_LIMIT_MS[clientTypeOf(session)]);
}

/** Returns why the issuer ended a session: its lifetime is over, it was idle too long, or it was revoked. */
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

/**
 * The remaining life at which a token is due: 15 % or {@link LEAST_CUSHION_MS}, and up to a fifth more per session; at most
 * half. A token that lives too briefly for that is due at 40 to 50 %.
 */
function cushion(session: Session): number {
  const life = lifetime(session);
  const [least, most] = [Math.max(0.15 * life, LEAST_CUSHION_MS), 0.5 * life];
  const jitter = 0.2 * spread(session.id);
  return least < most ? Math.min(least * (1 + jitter), most) : most * (0.8 + jitter);
}

/** A number from 0 to 1: constant for one session, different between sessions (FNV-1a). */
function spread(id: SessionId): number {
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return hash / 0xffffffff;
}
