import { type Dialect as KyselyDialect, Kysely, type RawBuilder, sql } from 'kysely';
import type { Dialect } from '../engine/dialect.ts';
import type { Schema } from '../tables/schema.ts';
import type { Timestamp } from '../tables/timestamp.ts';

/**
 * The database, and the injection token by which repositories get it.
 *
 * A statement in a transaction must use the transaction's own `Kysely<Schema>`. With this object it would wait for
 * its own transaction.
 */
export class Database extends Kysely<Schema> {
  constructor(
    readonly dialect: Dialect,
    kyselyDialect: KyselyDialect,
  ) {
    super({ dialect: kyselyDialect });
  }

  /**
   * Returns an expression for the database's own time when the running statement began.
   *
   * @param offsetSeconds is added, and may be negative or a fraction
   */
  now(offsetSeconds = 0): RawBuilder<Timestamp> {
    return this.dialect.now(offsetSeconds);
  }

  /** Reads the database's own time, in a transaction if one is given. */
  async readNow(database: Kysely<Schema> = this): Promise<Date> {
    const { rows } = await sql<{ now: Timestamp }>`select ${this.now()} as now`.execute(database);
    return new Date(rows[0]?.now ?? Number.NaN);
  }
}
