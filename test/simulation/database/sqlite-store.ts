import Sqlite, { type Database as Handle } from 'better-sqlite3';
import { StatementCache } from '../../../src/database/sqlite/statement-cache.ts';
import type { Outcome, Store, StoreConnection } from './store.ts';

/** SQLite in memory. It has one real connection, which the simulated ones use in turn. */
export class SqliteStore implements Store {
  readonly kind = 'sqlite';
  readonly #handle: Handle;
  readonly #statements: StatementCache;
  /** The connection with the open transaction. */
  #holder: SqliteStoreConnection | undefined;
  #waiting: (() => void)[] = [];

  /** @param image a migrated database, as `serialize` returns it */
  constructor(image: Buffer) {
    this.#handle = new Sqlite(image);
    this.#handle.pragma('foreign_keys = ON');
    this.#statements = new StatementCache(this.#handle);
  }

  connect(): Promise<SqliteStoreConnection> {
    return Promise.resolve(new SqliteStoreConnection(this));
  }

  query(sql: string, parameters: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    return Promise.resolve(this.run(sql, parameters).rows);
  }

  close(): Promise<void> {
    this.#handle.close();
    return Promise.resolve();
  }

  isHeldBy(connection: SqliteStoreConnection): boolean {
    return this.#holder === connection;
  }

  /** Runs a statement once no other connection has a transaction. */
  async inTurn(
    connection: SqliteStoreConnection,
    sql: string,
    parameters: readonly unknown[],
  ): Promise<Outcome> {
    while (this.#holder && this.#holder !== connection)
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    if (connection.isClosed) throw new Error('The connection was closed.');
    if (sql === 'begin') this.#holder = connection;
    try {
      return this.run(sql === 'begin' ? 'begin immediate' : sql, parameters);
    } finally {
      if (this.#holder === connection && !this.#handle.inTransaction) this.#free();
    }
  }

  rollBack(): void {
    if (this.#handle.inTransaction) this.run('rollback', []);
    this.#free();
  }

  private run(sql: string, parameters: readonly unknown[]): Outcome {
    const statement = this.#statements.prepare(sql);
    if (statement.reader)
      return { rows: statement.all(...parameters) as Record<string, unknown>[], written: undefined };
    return { rows: [], written: BigInt(statement.run(...parameters).changes) };
  }

  #free(): void {
    this.#holder = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const goOn of waiting) goOn();
  }
}

class SqliteStoreConnection implements StoreConnection {
  isClosed = false;

  constructor(private readonly store: SqliteStore) {}

  get inTransaction(): boolean {
    return this.store.isHeldBy(this);
  }

  execute(sql: string, parameters: readonly unknown[]): Promise<Outcome> {
    return this.store.inTurn(this, sql, parameters);
  }

  close(): void {
    this.isClosed = true;
    if (this.inTransaction) this.store.rollBack();
  }
}
