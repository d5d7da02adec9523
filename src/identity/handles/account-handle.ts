import type { Selectable } from 'kysely';
import type { AccountHandleTable } from '../../database/tables/account-handle.ts';

export type AccountHandleRow = Selectable<AccountHandleTable>;

const MINUTE_MS = 60_000;

/** How long a verified handle is told: an hour, and a little more, so that a late check does not hide it. */
const TOLD_MS = 65 * MINUTE_MS;

/** The pause between two checks of a handle that is asked for, and after a check without an answer. */
export const CHECK_PAUSE_MS = 45 * MINUTE_MS;
export const RETRY_PAUSE_MS = 5 * MINUTE_MS;

const DAY_MS = 24 * 60 * MINUTE_MS;

/** How long a row is kept after its handle was last asked for, and how long the background checks it. */
export const KEPT_MS = 7 * DAY_MS;
export const WATCHED_MS = DAY_MS;

/** A check that is late by this much is not under way: no instance may be running it. */
const LATE_MS = 10 * MINUTE_MS;

/** A row, and the database's time of its reading. */
export type ReadAccountHandle = { readonly row: AccountHandleRow; readonly readAt: Date };

/** Returns the handle if it may be told. */
export function toldHandleOf({ row, readAt }: ReadAccountHandle): string | null {
  if (row.verified_at === null) return null;
  return readAt.getTime() - Date.parse(row.verified_at) <= TOLD_MS ? row.handle : null;
}

/** Returns whether the background checks the handle, so that no caller needs to wait for a check. */
export function isWatched({ row, readAt }: ReadAccountHandle): boolean {
  return row.next_check_at !== null && Date.parse(row.next_check_at) > readAt.getTime() - LATE_MS;
}

/** Returns whether the use of a handle should be written again: at most once an hour. */
export function isUseUnwritten({ row, readAt }: ReadAccountHandle): boolean {
  return Date.parse(row.expires_at) - readAt.getTime() < KEPT_MS - 60 * MINUTE_MS;
}
