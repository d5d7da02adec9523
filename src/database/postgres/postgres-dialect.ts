import { sql } from 'kysely';
import type { Dialect } from '../engine/dialect.ts';
import { readHomeOfServer } from './home-of-server.ts';
import { postgresErrors } from './postgres-errors.ts';

/** Postgres, or an engine that speaks its protocol. */
export const postgres: Dialect = {
  name: 'postgres',
  errors: postgresErrors,
  isExclusive: false,
  rowsPerDelete: 100,
  // `statement_timestamp()` is stable within a statement, so a comparison with it can use an index.
  now: offsetSeconds =>
    sql`to_char((statement_timestamp() at time zone 'UTC') + cast(${offsetSeconds} as double precision) * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  readHome: readHomeOfServer,
  lockRows: query => query.forUpdate(),
  lockFreeRows: query => query.forUpdate().skipLocked(),
};
