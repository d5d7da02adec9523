import { sql } from 'kysely';
import type { DatabaseConfig } from '../../config/config.ts';
import { type DatabaseLimits, defaultLimits } from '../engine/database-limits.ts';
import { toConnectFailure } from '../postgres/connect-failure.ts';
import { PooledPostgresDialect } from '../postgres/pooled-postgres-dialect.ts';
import type { PoolEvents } from '../postgres/watched-pool.ts';
import { postgres } from '../postgres/postgres-dialect.ts';
import { sqlite } from '../sqlite/sqlite-dialect.ts';
import { SqliteFileDialect } from '../sqlite/sqlite-file-dialect.ts';
import { Database } from './database.ts';

export type OpenOptions = PoolEvents & {
  limits?: Partial<DatabaseLimits>;
};

/**
 * Opens a database. `destroy()` closes it and releases the lock of its file.
 *
 * @throws BrokerError `DatabaseUnavailable`, with the remedy in its message: another process has the SQLite file, the
 * file cannot be opened, or the Postgres server refuses the connection
 */
export async function openDatabase(config: DatabaseConfig, options: OpenOptions = {}): Promise<Database> {
  const database = createDatabase(config, options);
  try {
    await sql`select 1`.execute(database);
    return database;
  } catch (error) {
    await database.destroy();
    throw config.kind === 'postgres' ? toConnectFailure(config.url, error) : error;
  }
}

/** Maps each configuration to its engine. No other code does. */
function createDatabase(config: DatabaseConfig, options: OpenOptions): Database {
  const limits = { ...defaultLimits, ...options.limits };
  switch (config.kind) {
    case 'sqlite':
      return new Database(sqlite, new SqliteFileDialect(config.path, limits), limits);
    case 'postgres':
      return new Database(postgres, new PooledPostgresDialect(config.url, limits, options), limits);
  }
}
