import pg, { type Pool } from 'pg';
import type { DatabaseLimits } from '../engine/database-limits.ts';

/** The limit of connections per process. Postgres allows 100 in all by default. */
const POOL_SIZE = 10;

/** Creates a pool. It connects with the first query. */
export function createPool(url: string, limits: DatabaseLimits): Pool {
  return new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: limits.connectMs,
    application_name: 'latchkey',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: countsAsNumbers(),
  });
}

/** Parses 64-bit integers, the type of counts, to numbers as with SQLite. The driver's default is text. */
function countsAsNumbers(): pg.TypeOverrides {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  return types;
}
