import { type Dialect as KyselyDialect, Kysely, type RawBuilder, sql } from 'kysely';
import type { DatabaseLimits } from '../engine/database-limits.ts';
import type { Dialect } from '../engine/dialect.ts';
import type { Schema } from '../tables/schema.ts';
import type { Timestamp } from '../tables/timestamp.ts';
import { SettledTransactions, type TransactionWork } from './settled-transactions.ts';

/**
 * The database, and the injection token by which repositories get it.
 *
 * A statement in a transaction must use the transaction's own `Kysely<Schema>`. With this object it would wait for
 * its own transaction.
 */
export class Database extends Kysely<Schema> {
  private readonly settledTransactions: SettledTransactions;

  constructor(
    readonly dialect: Dialect,
    kyselyDialect: KyselyDialect,
    limits: DatabaseLimits,
  ) {
    super({ dialect: kyselyDialect });
    this.settledTransactions = new SettledTransactions(this, dialect, limits);
  }

  /**
   * Runs a transaction that decides about a grant or a secret. Repeats it after a conflict, and finds out what became of
   * a COMMIT without an answer: see {@link SettledTransactions}.
   *
   * @param work may run several times, so it tells nothing outside
   * @throws CommitInDoubt when its outcome cannot be known now. After every other error nothing was stored
   */
  transact<Result>(work: TransactionWork<Result>): Promise<Result> {
    return this.settledTransactions.run(work);
  }

  /**
   * Runs a transaction that does no harm if it is stored twice, and repeats it after a conflict. Cheaper than
   * {@link transact}: its outcome stays unknown after a COMMIT without an answer.
   *
   * @param work may run several times, so it tells nothing outside
   */
  transactIdempotent<Result>(work: TransactionWork<Result>): Promise<Result> {
    return this.settledTransactions.runUnsettled(work);
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
