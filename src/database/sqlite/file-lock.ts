import Sqlite from 'better-sqlite3';
import { databaseUnavailable } from '../engine/driver-error.ts';
import { isBusy } from './sqlite-errors.ts';
import { createPrivateFile } from './sqlite-file.ts';

/** A held lock. */
export type FileLock = { release: () => void };

/**
 * Locks a database file for this process alone, by the side file `<file>.lock`.
 *
 * @throws BrokerError `DatabaseUnavailable` if another process holds the lock
 */
export function lockFile(file: string): FileLock {
  const lock = tryLockFile(`${file}.lock`);
  if (lock) return lock;
  throw databaseUnavailable(
    `Another Latchkey process has ${file} open. Stop it first, or give this one a file of its own (LATCHKEY_DATABASE_URL).`,
  );
}

/**
 * Acquires the lock of a side file. Returns `undefined` if it is held, also by this process.
 *
 * The lock is an exclusive transaction on the file, because Node has no call for file locks. The kernel releases it when
 * the process ends, even by a crash.
 */
export function tryLockFile(sideFile: string): FileLock | undefined {
  createPrivateFile(sideFile);
  const handle = new Sqlite(sideFile, { timeout: 0 });
  try {
    handle.exec('begin exclusive');
  } catch (error) {
    handle.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return {
    release: () => {
      handle.close();
    },
  };
}
