/**
 * An instant as the database stores it: ISO-8601 UTC text with milliseconds, `2026-11-20T18:00:00.000Z`, the shape
 * of `Date.toISOString()`. All of them have one shape, so that comparing the texts compares the instants.
 */
export type Timestamp = string;
