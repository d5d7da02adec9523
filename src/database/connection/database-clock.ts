import { type RawBuilder, sql } from 'kysely';
import type { Timestamp } from '../tables/timestamp.ts';

/** What a dialect calls the time at which the running statement began, moved by an offset in seconds. */
export type DatabaseClock = (offsetSeconds: number) => RawBuilder<Timestamp>;

export const sqliteClock: DatabaseClock = offsetSeconds =>
  sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${`${offsetSeconds.toFixed(3)} seconds`})`;

/** `statement_timestamp()` is stable within a statement, so that comparisons with it can use an index. */
export const postgresClock: DatabaseClock = offsetSeconds =>
  sql`to_char((statement_timestamp() at time zone 'UTC') + cast(${offsetSeconds} as double precision) * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
