import pg, { type Pool } from 'pg';
import type { DatabaseLimits } from '../engine/database-limits.ts';

/** Connections at most, per process; Postgres allows 100 in all unless it is told otherwise. */
const POOL_SIZE = 10;

/** Makes a pool; nothing is connected before the first query. */
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

/** Counts come as 64-bit integers, for which the driver's default is text; SQLite gives numbers. */
function countsAsNumbers(): pg.TypeOverrides {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  return types;
}
