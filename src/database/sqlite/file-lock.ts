import Sqlite from 'better-sqlite3';
import { databaseUnavailable } from '../engine/driver-error.ts';
import { isBusy } from './sqlite-errors.ts';
import { createPrivateFile } from './sqlite-file.ts';

export type FileLock = { release: () => void };

/**
 * Takes a database file for this process alone.
 *
 * The lock is an exclusive transaction on the side file `<file>.lock`: Node has no call for file locks, SQLite has,
 * and the kernel ends it with the process, however that dies. Throws a BrokerError `DatabaseUnavailable` when
 * another process has it.
 */
export function lockFile(file: string): FileLock {
  const sideFile = `${file}.lock`;
  createPrivateFile(sideFile);
  const handle = new Sqlite(sideFile, { timeout: 0 });
  try {
    handle.exec('begin exclusive');
  } catch (error) {
    handle.close();
    throw isBusy(error) ? taken(file, error) : error;
  }
  return {
    release: () => {
      handle.close();
    },
  };
}

function taken(file: string, cause: unknown): Error {
  return databaseUnavailable(
    `Another Latchkey process has ${file} open. Stop it first, or give this one a file of its own (LATCHKEY_DATABASE_URL).`,
    cause,
  );
}
