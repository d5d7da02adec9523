import { sql } from 'kysely';
import type { DatabaseConfig } from '../../config/config.ts';
import { ConnectionError } from '../engine/connection-error.ts';
import { Database } from './database.ts';
import { postgresClock, sqliteClock } from './database-clock.ts';
import { databaseUnavailable, driverCode } from '../engine/database-error.ts';
import { type DatabaseLimits, defaultLimits } from '../engine/database-limits.ts';
import { PooledPostgresDialect } from '../postgres/postgres-dialect.ts';
import { SqliteFileDialect } from '../sqlite/sqlite-dialect.ts';

export type OpenOptions = {
  limits?: Partial<DatabaseLimits>;
  /** Told of each Postgres connection that broke while nobody used it; the pool replaces it by itself. */
  onConnectionLost?: (error: Error) => void;
};

/**
 * Opens a database; `destroy()` closes it and gives back the lock of its file.
 *
 * Throws a BrokerError `DatabaseUnavailable` whose message names the remedy when another process has the SQLite
 * file, when the file cannot be opened, and when the Postgres server does not let us in.
 */
export async function openDatabase(config: DatabaseConfig, options: OpenOptions = {}): Promise<Database> {
  const database = createDatabase(config, options);
  try {
    await sql`select 1`.execute(database);
    return database;
  } catch (error) {
    await database.destroy();
    throw config.kind === 'postgres' ? cannotConnect(config.url, error) : error;
  }
}

function createDatabase(config: DatabaseConfig, options: OpenOptions): Database {
  const limits = { ...defaultLimits, ...options.limits };
  if (config.kind === 'sqlite') {
    return new Database('sqlite', new SqliteFileDialect(config.path, limits), sqliteClock);
  }
  const { onConnectionLost = ignoreLostConnection } = options;
  return new Database(
    'postgres',
    new PooledPostgresDialect(config.url, limits, onConnectionLost),
    postgresClock,
  );
}

/** Whoever needs the connection is told by an error of their own. */
function ignoreLostConnection(): void {
  return;
}

function cannotConnect(url: string, error: unknown): unknown {
  if (!(error instanceof ConnectionError)) return error;
  const { host, pathname } = new URL(url);
  const why = driverCode(error.cause) || 'no answer';
  return databaseUnavailable(
    `The Postgres server does not let us in: ${host}${pathname} (${why}). Start it, or correct LATCHKEY_DATABASE_URL.`,
    error,
  );
}
