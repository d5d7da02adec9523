import pg from 'pg';
import { actAsNobody } from '../time/actor.ts';
import type { Outcome, Store, StoreConnection } from './store.ts';

/** Waits for a statement, unless a lock is in its way. */
type Waiter = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** A database of a real Postgres server, with one real connection for each simulated one. */
export class PostgresStore implements Store {
  readonly kind = 'postgres';
  readonly #url: string;
  readonly #beside: pg.Client;
  readonly #wait: Waiter;
  readonly #clients = new Set<pg.Client>();
  readonly #drop: () => Promise<void>;

  private constructor(url: string, beside: pg.Client, wait: Waiter, drop: () => Promise<void>) {
    this.#url = url;
    this.#beside = beside;
    this.#wait = wait;
    this.#drop = drop;
  }

  /** @param drop deletes the database in the end */
  static async open(url: string, wait: Waiter, drop: () => Promise<void>): Promise<PostgresStore> {
    return new PostgresStore(url, await connect(url), wait, drop);
  }

  connect(): Promise<StoreConnection> {
    return this.#wait(async () => {
      const client = await connect(this.#url);
      this.#clients.add(client);
      return new PostgresStoreConnection(client, this.#wait);
    });
  }

  query(sql: string, parameters: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    return this.#wait(async () => (await run(this.#beside, sql, parameters)).rows);
  }

  async close(): Promise<void> {
    await Promise.all([this.#beside, ...this.#clients].map(client => client.end().catch(() => undefined)));
    await this.#drop();
  }
}

class PostgresStoreConnection implements StoreConnection {
  inTransaction = false;

  constructor(
    private readonly client: pg.Client,
    private readonly wait: Waiter,
  ) {}

  async execute(sql: string, parameters: readonly unknown[]): Promise<Outcome> {
    if (sql === 'begin') this.inTransaction = true;
    if (sql === 'commit' || sql === 'rollback') this.inTransaction = false;
    return this.wait(() => run(this.client, sql, parameters));
  }

  close(): void {
    this.inTransaction = false;
    // Ends the socket at once. The server rolls back when it notices.
    actAsNobody(() => {
      this.client.end().catch(() => undefined);
    });
  }
}

function connect(url: string): Promise<pg.Client> {
  return actAsNobody(async () => {
    const types = new pg.TypeOverrides();
    types.setTypeParser(pg.types.builtins.INT8, Number);
    const client = new pg.Client({ connectionString: url, types });
    client.on('error', () => undefined);
    await client.connect();
    await client.query("set synchronous_commit = off; set time zone 'UTC'; set deadlock_timeout = '20ms'");
    return client;
  });
}

function run(client: pg.Client, sql: string, parameters: readonly unknown[]): Promise<Outcome> {
  return actAsNobody(async () => {
    const { rows, rowCount, command } = await client.query(sql, [...parameters]);
    const isWrite = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(command);
    return {
      rows: rows as Record<string, unknown>[],
      written: isWrite ? BigInt(rowCount ?? 0) : undefined,
    };
  });
}
