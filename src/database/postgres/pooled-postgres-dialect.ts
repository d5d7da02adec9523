import { PostgresDialect } from 'kysely';
import type { DatabaseLimits } from '../engine/database-limits.ts';
import { createPool } from './postgres-pool.ts';
import { RowLockAdapter } from './row-lock-adapter.ts';
import { WatchedPool } from './watched-pool.ts';

/** Postgres, or an engine that speaks its protocol, through a pool that outlives the server's restarts. */
export class PooledPostgresDialect extends PostgresDialect {
  constructor(url: string, limits: DatabaseLimits, onConnectionLost: (error: Error) => void = ignore) {
    super({ pool: new WatchedPool(createPool(url, limits), limits, onConnectionLost) });
  }

  override createAdapter(): RowLockAdapter {
    return new RowLockAdapter();
  }
}

/** The next caller that uses the connection gets its own error. */
function ignore(): void {
  return;
}
