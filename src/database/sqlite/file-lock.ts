import Sqlite from 'better-sqlite3';
import { databaseUnavailable } from '../engine/driver-error.ts';
import { isBusy } from './sqlite-errors.ts';
import { createPrivateFile } from './sqlite-file.ts';

/** A held lock. */
export type FileLock = { release: () => void };

/**
 * Locks a database file for this process alone.
 *
 * The lock is an exclusive transaction on the side file `<file>.lock`, because Node has no call for file locks. The
 * kernel releases it when the process ends, even by a crash.
 *
 * @throws BrokerError `DatabaseUnavailable` if another process holds the lock
 */
export function lockFile(file: string): FileLock {
  const sideFile = `${file}.lock`;
  createPrivateFile(sideFile);
  const handle = new Sqlite(sideFile, { timeout: 0 });
  try {
    handle.exec('begin exclusive');
  } catch (error) {
    handle.close();
    throw isBusy(error) ? heldByAnother(file, error) : error;
  }
  return {
    release: () => {
      handle.close();
    },
  };
}

function heldByAnother(file: string, cause: unknown): Error {
  return databaseUnavailable(
    `Another Latchkey process has ${file} open. Stop it first, or give this one a file of its own (LATCHKEY_DATABASE_URL).`,
    cause,
  );
}
