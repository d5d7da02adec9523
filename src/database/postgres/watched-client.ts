import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg, { type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { codeOf } from '../../errors/code-of.ts';
import { failAfter } from '../../waiting/fail-after.ts';
import { ConnectionError } from '../engine/connection-error.ts';
import { postgresErrors } from './postgres-errors.ts';

/** Connection exceptions, shutdowns and a read-only standby (SQLSTATE). The connection cannot be used again. */
const CONNECTION_ENDING = /^(08...|57P..|25006)$/;

/** The first words of the command tags that begin and end a transaction. */
const BEGINNINGS = new Set(['BEGIN', 'START']);
const ENDINGS = new Set(['COMMIT', 'ROLLBACK']);

/** Limit of runs of one statement that concurrent ones end. */
const MOST_RUNS = 20;

/** The pause before a repetition is a random part of this for the first, of twice this for the second, and so on. */
const PAUSE_MS = 20;

/** A connection in use. Once lost or silent, it fails with a ConnectionError and does not return to the pool. */
export class WatchedClient implements PostgresPoolClient {
  private endedBy: unknown;
  private isInTransaction = false;

  constructor(
    readonly raw: PoolClient,
    private readonly isLost: () => boolean,
    private readonly silenceMs: number,
  ) {}

  query<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  query<Row>(sql: string | PostgresCursor<Row>, parameters: readonly unknown[] = []): unknown {
    if (typeof sql !== 'string') throw new TypeError('Cursors are not supported');
    return this.runUnlessConflict(sql, parameters);
  }

  release(destroy = false): void {
    this.raw.release(destroy || this.endedBy !== undefined || this.isLost());
  }

  /** Runs a statement again after a conflict, unless it is part of a transaction, which only its caller can repeat. */
  private async runUnlessConflict(sql: string, parameters: readonly unknown[]): Promise<unknown> {
    for (let runs = 1; ; runs++) {
      try {
        return await this.run(sql, parameters);
      } catch (error) {
        if (this.isInTransaction || runs === MOST_RUNS || !postgresErrors.isConflict(codeOf(error)))
          throw error;
        await sleep(PAUSE_MS * runs * Math.random());
      }
    }
  }

  private async run(sql: string, parameters: readonly unknown[]): Promise<unknown> {
    if (this.endedBy !== undefined) throw connectionLost(this.endedBy);
    try {
      const { command, rowCount, rows } = await this.untilSilent(this.raw.query(sql, [...parameters]));
      if (BEGINNINGS.has(command)) this.isInTransaction = true;
      if (ENDINGS.has(command)) this.isInTransaction = false;
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
