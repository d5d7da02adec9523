import { type Dialect, Kysely, type RawBuilder, sql } from 'kysely';
import type { DatabaseConfig } from '../../config/config.ts';
import type { DatabaseClock } from './database-clock.ts';
import type { Schema } from '../tables/schema.ts';
import type { Timestamp } from '../tables/timestamp.ts';

export type DialectName = DatabaseConfig['kind'];

/**
 * The database, and the token by which repositories ask for it.
 *
 * A statement in a transaction goes through the transaction's own `Kysely<Schema>`. Waiting for this object inside
 * a transaction would wait for the transaction itself.
 */
export class Database extends Kysely<Schema> {
  constructor(
    readonly dialect: DialectName,
    kyselyDialect: Dialect,
    private readonly clock: DatabaseClock,
  ) {
    super({ dialect: kyselyDialect });
  }

  /**
   * The database's own time, at the beginning of the running statement, as an expression for any clause.
   *
   * Yields a Timestamp (`2026-11-20T18:00:00.000Z`), moved by `offsetSeconds`, which may be negative or a fraction.
   */
  now(offsetSeconds = 0): RawBuilder<Timestamp> {
    return this.clock(offsetSeconds);
  }

  /** Asks the database for its own time, in a transaction where there is one. */
  async readNow(database: Kysely<Schema> = this): Promise<Date> {
    const { rows } = await sql<{ now: Timestamp }>`select ${this.now()} as now`.execute(database);
    return new Date(rows[0]?.now ?? Number.NaN);
  }
}
