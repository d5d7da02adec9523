import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg, { type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { codeOf } from '../../errors/code-of.ts';
import { failAfter } from '../../waiting/fail-after.ts';
import { ConnectionError } from '../engine/connection-error.ts';

/** Connection exceptions, shutdowns and a read-only standby (SQLSTATE). The connection cannot be used again. */
const CONNECTION_ENDING = /^(08...|57P..|25006)$/;

/** A connection in use. Once lost or silent, it fails with a ConnectionError and does not return to the pool. */
export class WatchedClient implements PostgresPoolClient {
  private endedBy: unknown;

  constructor(
    private readonly client: PoolClient,
    private readonly isLost: () => boolean,
    private readonly silenceMs: number,
  ) {}

  query<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  query<Row>(sql: string | PostgresCursor<Row>, parameters: readonly unknown[] = []): unknown {
    if (typeof sql !== 'string') throw new TypeError('Cursors are not supported');
    return this.run(sql, parameters);
  }

  release(destroy = false): void {
    this.client.release(destroy || this.endedBy !== undefined || this.isLost());
  }

  private async run(sql: string, parameters: readonly unknown[]): Promise<unknown> {
    if (this.endedBy !== undefined) throw connectionLost(this.endedBy);
    try {
      const { command, rowCount, rows } = await this.untilSilent(this.client.query(sql, [...parameters]));
      return { command, rowCount: rowCount ?? 0, rows };
    } catch (error) {
      throw this.noteFailure(error);
    }
  }

  /** A network that drops packets would otherwise keep the caller waiting until TCP gives up. */
  private untilSilent(answer: Promise<QueryResult<QueryResultRow>>): Promise<QueryResult<QueryResultRow>> {
    const toError = (): Error => new ConnectionError('The database server stopped answering');
    return failAfter(this.silenceMs, answer, toError);
  }

  /** Marks the connection as ended if the error says so. Returns the error to throw. */
  private noteFailure(error: unknown): unknown {
    if (error instanceof ConnectionError || CONNECTION_ENDING.test(codeOf(error))) this.endedBy = error;
    return this.isLost() && !(error instanceof pg.DatabaseError) ? connectionLost(error) : error;
  }
}

function connectionLost(cause: unknown): ConnectionError {
  return new ConnectionError('The connection to the database server was lost', { cause });
}
