import type { Selectable } from 'kysely';
import type { UiSessionTable } from '../database/tables/ui-session.ts';
import type { SessionId, UiSessionId } from '../database/tables/id.ts';
import type { Did } from '../database/tables/did.ts';

const DAY_MS = 24 * 60 * 60_000;

/** A browser that is idle for this long is signed out. */
export const IDLE_LIMIT_MS = 14 * DAY_MS;

/** A browser is signed out after this long, however busy it is. */
export const ABSOLUTE_LIMIT_MS = 90 * DAY_MS;

/** How exact `lastSeenAt` is. A busy browser's row is written once in this time; the idle limit is a matter of days. */
export const SEEN_PRECISION_MS = 10 * 60_000;

/** A browser's cookie session. It points at the session that it acts through. */
export type UiSession = {
  readonly id: UiSessionId;
  readonly did: Did;
  readonly sessionId: SessionId;
  /** The truncated user agent. Anyone can send any user agent. */
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
};

export type UiSessionRow = Selectable<UiSessionTable>;

export function toUiSession(row: UiSessionRow): UiSession {
  return {
    id: row.id,
    did: row.did,
    sessionId: row.session_id,
    userAgent: row.user_agent,
    createdAt: new Date(row.created_at),
    lastSeenAt: new Date(row.last_seen_at),
    expiresAt: new Date(row.expires_at),
  };
}

/** Returns whether a browser session is past its absolute or its idle limit. */
export function isExpired({ expiresAt, lastSeenAt }: UiSession, now: Date): boolean {
  return expiresAt <= now || now.getTime() - lastSeenAt.getTime() >= IDLE_LIMIT_MS;
}

/** Returns whether the stored `lastSeenAt` is old enough to be written again. */
export function isSeenStale({ lastSeenAt }: UiSession, now: Date): boolean {
  return now.getTime() - lastSeenAt.getTime() >= SEEN_PRECISION_MS;
}
