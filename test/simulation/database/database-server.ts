import { ConnectionError } from '../../../src/database/engine/connection-error.ts';
import { defaultLimits } from '../../../src/database/engine/database-limits.ts';
import type { Actor, Schedule } from '../time/actor.ts';
import { DatabaseTime } from './database-time.ts';
import { DatabaseTroubles, type StatementTrouble } from './database-troubles.ts';
import type { Outcome, Store, StoreConnection } from './store.ts';

const { silenceMs, idleInTransactionMs, connectMs } = defaultLimits;

/** How long a commit takes that is under way when its connection breaks, at most. */
const LATE_COMMIT_MS = 3_000;

/** The database server: one store, a clock of its own, and a network to each broker. */
export class DatabaseServer {
  readonly troubles: DatabaseTroubles;
  readonly store: Store;
  readonly #actor: Actor;
  readonly #connections = new Map<Actor, Set<ServerConnection>>();

  /** @param actor the server's process, with its clock */
  constructor(store: Store, actor: Actor) {
    this.store = store;
    this.#actor = actor;
    this.troubles = new DatabaseTroubles(() => this.scheduler.now);
  }

  get scheduler(): Schedule {
    return this.#actor.scheduler;
  }

  /** Returns the server's time plus an offset, as the product stores times. */
  timeOf(offsetSeconds = 0): string {
    return new Date(this.#actor.wallMs() + offsetSeconds * 1000).toISOString();
  }

  /** Connects a broker. @throws ConnectionError when the server is away */
  async connect(client: Actor): Promise<ServerConnection> {
    const { away } = this.troubles;
    await this.scheduler.sleep(client, away === 'silent' ? connectMs : 1, 'sql connect');
    if (this.troubles.away) throw new ConnectionError('No connection to the database server');
    const connection = new ServerConnection(this, client, await this.store.connect());
    const all = this.#connections.get(client) ?? new Set();
    this.#connections.set(client, all.add(connection));
    return connection;
  }

  /** Breaks all connections, of one client or of all. */
  disconnect(client?: Actor): void {
    for (const [owner, connections] of this.#connections) {
      if (client && owner !== client) continue;
      for (const connection of connections) connection.close();
      this.#connections.delete(owner);
    }
  }

  forget(connection: ServerConnection, client: Actor): void {
    this.#connections.get(client)?.delete(connection);
  }

  /** Schedules what happens at the server. It happens whatever becomes of the client. */
  at(delayMs: number, label: string, work: () => void): void {
    this.scheduler.schedule(this.#actor, delayMs, label, work);
  }

  latencyMs(): number {
    return 0.1 + this.#actor.random.fraction() * 1.4;
  }

  lateMs(): number {
    return this.#actor.random.fraction() * LATE_COMMIT_MS;
  }
}

/** One connection of a broker to the server. */
export class ServerConnection {
  isBroken = false;
  readonly #server: DatabaseServer;
  readonly #client: Actor;
  readonly #store: StoreConnection;
  #requests = 0;

  constructor(server: DatabaseServer, client: Actor, store: StoreConnection) {
    this.#server = server;
    this.#client = client;
    this.#store = store;
  }

  get inTransaction(): boolean {
    return this.#store.inTransaction;
  }

  /** Sends a statement and waits for its outcome, each a message on the network. */
  request(sql: string, parameters: readonly unknown[]): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.isBroken) {
        reject(new ConnectionError('The connection to the database server was lost'));
        return;
      }
      const fail = (error: unknown): void => {
        reject(toError(error));
      };
      const label = labelOf(sql);
      const request = ++this.#requests;
      this.#server.at(this.#server.latencyMs(), `sql ${label} of ${this.#client.name}`, () => {
        this.#arrive(sql, parameters, { resolve, fail });
        this.#watchIdle(request);
      });
    });
  }

  close(): void {
    this.isBroken = true;
    this.#store.close();
    this.#server.forget(this, this.#client);
  }

  #arrive(sql: string, parameters: readonly unknown[], { resolve, fail }: Answerer): void {
    const { troubles } = this.#server;
    if (troubles.away) this.close();
    if (this.isBroken) {
      this.#answer(troubles.away === 'silent' ? silenceMs : 0, () => {
        fail(lost());
      });
      return;
    }
    const trouble = troubles.take(sql, this.#client);
    if (trouble) {
      this.#happen(trouble, sql, parameters, fail);
      return;
    }
    this.#execute(sql, parameters).then(
      outcome => {
        this.#answer(0, () => {
          resolve(outcome);
        });
      },
      (error: unknown) => {
        this.#answer(0, () => {
          fail(this.isBroken ? lost() : error);
        });
      },
    );
  }

  #happen(
    trouble: StatementTrouble,
    sql: string,
    parameters: readonly unknown[],
    fail: (error: unknown) => void,
  ): void {
    if (trouble.kind === 'refused') {
      if (this.inTransaction) void this.#store.execute('rollback', []);
      const error = Object.assign(new Error(`simulated ${trouble.code}`), { code: trouble.code });
      this.#answer(0, () => {
        fail(error);
      });
      return;
    }
    const isSilent = this.#client.random.chance(0.1);
    this.#answer(isSilent ? silenceMs : 0, () => {
      fail(lost());
    });
    this.isBroken = true;
    switch (trouble.moment) {
      case 'before':
        this.close();
        break;
      case 'at':
        this.#server.at(this.#server.lateMs(), `sql late ${labelOf(sql)}`, () => {
          this.#finish(sql, parameters);
        });
        break;
      case 'after':
        this.#finish(sql, parameters);
        break;
    }
  }

  /** Runs a statement whose answer nobody gets. */
  #finish(sql: string, parameters: readonly unknown[]): void {
    this.#execute(sql, parameters).then(
      () => {
        this.close();
      },
      () => {
        this.close();
      },
    );
  }

  #execute(sql: string, parameters: readonly unknown[]): Promise<Outcome> {
    const filled = parameters.map(parameter =>
      parameter instanceof DatabaseTime ? this.#server.timeOf(parameter.offsetSeconds) : parameter,
    );
    return this.#store.execute(sql, filled);
  }

  #answer(delayMs: number, work: () => void): void {
    const { scheduler } = this.#server;
    scheduler.schedule(this.#client, delayMs + this.#server.latencyMs(), 'sql answer', work);
  }

  /** The server ends a transaction whose client is silent. */
  #watchIdle(request: number): void {
    if (!this.inTransaction) return;
    this.#server.at(idleInTransactionMs, 'sql idle in transaction', () => {
      if (this.#requests === request && this.inTransaction) this.close();
    });
  }
}

type Answerer = { readonly resolve: (outcome: Outcome) => void; readonly fail: (error: unknown) => void };

function lost(): ConnectionError {
  return new ConnectionError('The connection to the database server was lost');
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

const labels = new Map<string, string>();

/** Returns verb and table of a statement, for the trace. */
function labelOf(sql: string): string {
  const known = labels.get(sql);
  if (known !== undefined) return known;
  const [verb = ''] = /^\w+/.exec(sql) ?? [];
  const [, table] = /\b(?:from|into|update)\s+"(\w+)"/i.exec(sql) ?? [];
  const label = table === undefined ? verb : `${verb} ${table}`;
  labels.set(sql, label);
  return label;
}
