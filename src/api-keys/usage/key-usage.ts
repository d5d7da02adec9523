import type { KeyUsageTable } from '../../database/tables/key-usage.ts';

export const DAY_MS = 24 * 60 * 60_000;

/** The days that are shown, the last one today. */
export const SHOWN_DAYS = 30;

/** The days for which counts are kept: a year can be compared with the year before its end. */
export const KEPT_DAYS = 400;

/**
 * How a call with a valid key ended. `answered`: with a status below 400. `refused`: with a status from 400 to 499, of the
 * broker or of the account's server. `failed`: with a status of 500 or more, or without a whole response.
 */
export type CallOutcome = 'answered' | 'refused' | 'failed';

export type CallCounts = Readonly<Record<CallOutcome, number>>;

/** The calls of one key on one day in UTC, such as `2026-11-30`. */
export type KeyUsageOnDay = Omit<Readonly<KeyUsageTable>, CallOutcome> & CallCounts;

/** The calls on one day. */
export type DayOfCalls = Pick<KeyUsageOnDay, 'day'> & CallCounts;

/** @param status of the response, undefined if the caller got no whole one */
export function outcomeOf(status: number | undefined): CallOutcome {
  if (status === undefined || status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'answered';
}

/** Returns the day in UTC, such as `2026-11-30`. */
export function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10);
}

/** Returns the day `days` before today. */
export function daysBefore(now: Date, days: number): string {
  return dayOf(new Date(now.getTime() - days * DAY_MS));
}

/** Returns the last {@link SHOWN_DAYS} days in order, with zeros for those without a row. */
export function withEveryDay(rows: readonly DayOfCalls[], now: Date): DayOfCalls[] {
  const known = new Map(rows.map(row => [row.day, row]));
  return Array.from({ length: SHOWN_DAYS }, (_, index) => {
    const day = daysBefore(now, SHOWN_DAYS - 1 - index);
    return known.get(day) ?? { day, answered: 0, refused: 0, failed: 0 };
  });
}
