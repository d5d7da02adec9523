/**
 * A point in time as the database stores it: UTC text with milliseconds, `2026-11-20T18:00:00.000Z`. All have this
 * shape, so comparing the texts compares the times.
 */
export type Timestamp = `${number}-${number}-${number}T${number}:${number}:${number}Z`;

/** Returns a date as the database stores it. */
export function toTimestamp(date: Date): Timestamp {
  return date.toISOString() as Timestamp;
}

/** Returns a stored time as a date, and null for an empty column. */
export function toDate(timestamp: Timestamp | null): Date | null {
  return timestamp === null ? null : new Date(timestamp);
}

/** Returns whether a text has the shape of a stored time. */
export function isTimestamp(text: string): text is Timestamp {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text);
}
