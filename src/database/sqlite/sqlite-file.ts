import { closeSync, existsSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Sqlite, { type Database as SqliteHandle } from 'better-sqlite3';
import { codeOf } from '../../errors/code-of.ts';
import { retryWhileBusy } from './busy-retry.ts';

/** Finds the one name of a database file, whatever links lead to it; makes its directory where there is none. */
export function resolveFile(path: string): string {
  const file = resolve(path);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return existsSync(file) ? realpathSync(file) : join(realpathSync(dirname(file)), basename(file));
}

/**
 * Makes a file that only its owner may read, unless it is there.
 *
 * Never opens an existing file: closing it again would drop every lock that this process holds on it (POSIX).
 */
export function createPrivateFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** Opens a file whose lock is held; throws the errors of the file system and of SQLite as they are. */
export async function openFile(file: string, busyMs: number): Promise<SqliteHandle> {
  createPrivateFile(file);
  const handle = new Sqlite(file, { timeout: 0 });
  try {
    await retryWhileBusy(() => {
      configure(handle);
    }, busyMs);
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}

/** The part of a large file that is in use is kept in memory; SQLite itself would keep 2 MB. */
const CACHE_KIB = 16 * 1024;

function configure(handle: SqliteHandle): void {
  handle.pragma('journal_mode = WAL');
  handle.pragma('synchronous = FULL');
  handle.pragma('foreign_keys = ON');
  // Nothing else happens in the process meanwhile: 1,000 pages from all over a large file, which is SQLite's own
  // choice, took 25 ms and more, 100 took 5 to 8; many small writes were no slower for it.
  handle.pragma('wal_autocheckpoint = 100');
  handle.pragma(`cache_size = -${CACHE_KIB}`);
}
