import type { Database as SqliteHandle, Statement } from 'better-sqlite3';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { retryWhileBusy } from './busy-retry.ts';
import { StatementCache } from './statement-cache.ts';

/** Runs statements one after the other. A statement waits, without blocking, while another program locks the file. */
export class SqliteConnection implements DatabaseConnection {
  private readonly statements: StatementCache;

  constructor(
    handle: SqliteHandle,
    private readonly busyMs: number,
  ) {
    this.statements = new StatementCache(handle);
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    return await retryWhileBusy(() => run<Row>(this.statements.prepare(sql), parameters), this.busyMs);
  }

  /** Yields all rows at once, because an open cursor would block every other statement on the one connection. */
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }
}

function run<Row>(statement: Statement, parameters: readonly unknown[]): QueryResult<Row> {
  if (statement.reader) return { rows: statement.all(...parameters) as Row[] };
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] };
}
