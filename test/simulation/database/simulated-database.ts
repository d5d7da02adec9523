import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect as KyselyDialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from 'kysely';
import type { Database } from '../../../src/database/connection/database.ts';
import { defaultLimits } from '../../../src/database/engine/database-limits.ts';
import type { Dialect } from '../../../src/database/engine/dialect.ts';
import { postgres } from '../../../src/database/postgres/postgres-dialect.ts';
import { sqlite } from '../../../src/database/sqlite/sqlite-dialect.ts';
import { omitKeys } from '../omit-keys.ts';
import type { Actor } from '../time/actor.ts';
import { DatabaseTime } from './database-time.ts';
import type { DatabaseServer, ServerConnection } from './database-server.ts';

/**
 * Opens the simulated database for one broker. The product sees Kysely, a dialect and the errors of a server that it
 * reaches by a network.
 */
export function openSimulatedDatabase(type: typeof Database, server: DatabaseServer, actor: Actor): Database {
  return new type(dialectOf(server), new SimulatedDialect(server, actor), defaultLimits);
}

function dialectOf(server: DatabaseServer): Dialect {
  const base = server.store.kind === 'sqlite' ? sqlite : postgres;
  const rest = omitKeys(sqlite, 'countForeignWrites');
  const networked: Dialect = base === sqlite ? { ...rest, isExclusive: false, errors: anyErrors() } : base;
  return { ...networked, now: offset => sql`cast(${new DatabaseTime(offset)} as text)` };
}

/** The rows are SQLite's, the network's errors are those of Postgres. */
function anyErrors(): Dialect['errors'] {
  const names = Object.keys(postgres.errors) as (keyof Dialect['errors'])[];
  const either = names.map(
    name => [name, (code: string) => sqlite.errors[name](code) || postgres.errors[name](code)] as const,
  );
  return Object.fromEntries(either) as unknown as Dialect['errors'];
}

class SimulatedDialect implements KyselyDialect {
  constructor(
    private readonly server: DatabaseServer,
    private readonly actor: Actor,
  ) {}

  createDriver(): Driver {
    return new SimulatedDriver(this.server, this.actor);
  }

  createQueryCompiler(): SqliteQueryCompiler | PostgresQueryCompiler {
    return this.server.store.kind === 'sqlite' ? new SqliteQueryCompiler() : new PostgresQueryCompiler();
  }

  createAdapter(): SqliteAdapter | PostgresAdapter {
    return this.server.store.kind === 'sqlite' ? new NetworkedSqliteAdapter() : new PostgresAdapter();
  }

  createIntrospector(database: never): SqliteIntrospector | PostgresIntrospector {
    return this.server.store.kind === 'sqlite'
      ? new SqliteIntrospector(database)
      : new PostgresIntrospector(database);
  }
}

class NetworkedSqliteAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** Gives a broker connections to the server, and keeps idle ones as a pool does. */
class SimulatedDriver implements Driver {
  readonly #idle: SimulatedConnection[] = [];

  constructor(
    private readonly server: DatabaseServer,
    private readonly actor: Actor,
  ) {}

  init(): Promise<void> {
    return Promise.resolve();
  }

  async acquireConnection(): Promise<SimulatedConnection> {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop())
      if (!idle.connection.isBroken) return idle;
    return new SimulatedConnection(await this.server.connect(this.actor));
  }

  async beginTransaction(connection: SimulatedConnection, settings: TransactionSettings): Promise<void> {
    await connection.run('begin');
    const { isolationLevel } = settings;
    if (isolationLevel && this.server.store.kind === 'postgres')
      await connection.run(`set transaction isolation level ${isolationLevel}`);
  }

  async commitTransaction(connection: SimulatedConnection): Promise<void> {
    await connection.run('commit');
  }

  async rollbackTransaction(connection: SimulatedConnection): Promise<void> {
    await connection.run('rollback');
  }

  releaseConnection(connection: SimulatedConnection): Promise<void> {
    if (connection.connection.inTransaction) connection.connection.close();
    else if (!connection.connection.isBroken) this.#idle.push(connection);
    return Promise.resolve();
  }

  destroy(): Promise<void> {
    for (const { connection } of this.#idle) connection.close();
    return Promise.resolve();
  }
}

class SimulatedConnection implements DatabaseConnection {
  constructor(readonly connection: ServerConnection) {}

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, written } = await this.connection.request(query.sql, query.parameters);
    return { rows: rows as Row[], ...(written !== undefined && { numAffectedRows: written }) };
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }

  async run(statement: string): Promise<void> {
    if (statement === 'rollback' && !this.connection.inTransaction) return;
    await this.connection.request(statement, []);
  }
}
