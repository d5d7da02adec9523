import type { Database as SqliteHandle } from 'better-sqlite3';
import { CompiledQuery, type Driver } from 'kysely';
import { codeOf } from '../../errors/code-of.ts';
import { databaseUnavailable } from '../engine/driver-error.ts';
import type { DatabaseLimits } from '../engine/database-limits.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { type FileLock, lockFile } from './file-lock.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { openFile, resolveFile } from './sqlite-file.ts';
import { TurnQueue } from './turn-queue.ts';

type Opened = { lock: FileLock; handle: SqliteHandle; connection: SqliteConnection };

/** Owns the one connection and lends it in turn, so that a transaction has it to itself until its end. */
export class SqliteFileDriver implements Driver {
  private readonly turns: TurnQueue;
  private opened: Opened | undefined;

  constructor(
    private readonly path: string,
    private readonly limits: DatabaseLimits,
  ) {
    this.turns = new TurnQueue(limits.turnMs);
  }

  async init(): Promise<void> {
    try {
      this.opened = await open(this.path, this.limits.busyMs);
    } catch (error) {
      throw error instanceof BrokerError ? error : cannotOpen(this.path, error);
    }
  }

  async acquireConnection(): Promise<SqliteConnection> {
    await this.turns.acquireTurn();
    return this.get().connection;
  }

  releaseConnection(): Promise<void> {
    this.turns.passTurn();
    return Promise.resolve();
  }

  /** Acquires the write lock at once: a transaction that reads first cannot acquire it after another write. */
  async beginTransaction(connection: SqliteConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  /** After a full disk or a failed write SQLite may have rolled back already. A second rollback would hide that error. */
  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    if (this.get().handle.inTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  /** Closes the file after all earlier statements. */
  async destroy(): Promise<void> {
    await this.turns.acquireTurn();
    const { handle, lock } = this.get();
    handle.close();
    lock.release();
  }

  private get(): Opened {
    if (!this.opened) throw new Error('The SQLite file is not open');
    return this.opened;
  }
}

async function open(path: string, busyMs: number): Promise<Opened> {
  const file = resolveFile(path);
  const lock = lockFile(file);
  try {
    const handle = await openFile(file, busyMs);
    return { lock, handle, connection: new SqliteConnection(handle, busyMs) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function cannotOpen(path: string, cause: unknown): Error {
  return databaseUnavailable(
    `The SQLite file ${path} cannot be opened (${codeOf(cause) || String(cause)}). Make it and its directory writable for this user, or name another file (LATCHKEY_DATABASE_URL).`,
    cause,
  );
}
