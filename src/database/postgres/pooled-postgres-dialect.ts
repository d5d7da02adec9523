import { type Driver, PostgresDialect } from 'kysely';
import type { DatabaseLimits } from '../engine/database-limits.ts';
import { RowLockAdapter } from './row-lock-adapter.ts';
import { SettingsDriver } from './settings-driver.ts';
import { type PoolEvents, WatchedPool } from './watched-pool.ts';

/** Postgres, or an engine that speaks its protocol, through a pool that outlives the server's restarts. */
export class PooledPostgresDialect extends PostgresDialect {
  private readonly pool: WatchedPool;

  constructor(url: string, limits: DatabaseLimits, events: PoolEvents = {}) {
    const pool = new WatchedPool(url, limits, events);
    super({ pool });
    this.pool = pool;
  }

  override createDriver(): Driver {
    return new SettingsDriver(this.pool);
  }

  override createAdapter(): RowLockAdapter {
    return new RowLockAdapter();
  }
}
