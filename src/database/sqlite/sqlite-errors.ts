import { codeOf } from '../../errors/code-of.ts';
import type { DriverErrors } from '../engine/dialect.ts';

/** Primary result codes. An extended code appends `_` and more. https://www.sqlite.org/rescode.html */
const UNAVAILABLE =
  /^SQLITE_(BUSY|CANTOPEN|CORRUPT|FULL|IOERR|LOCKED|NOMEM|NOTADB|PERM|PROTOCOL|READONLY)(_|$)/;

const UNIQUE_VIOLATION = /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/;

/** Another connection changed the file after the transaction began to read, or locks a table. */
const CONFLICT = /^SQLITE_(BUSY_SNAPSHOT|LOCKED(_|$))/;

/** SQLite rolls back or keeps the transaction open. After a failed write or sync the next start may still find it. */
const REFUSED_COMMIT = /^SQLITE_(BUSY|LOCKED|FULL|CONSTRAINT)(_|$)/;

/** One process at a time has the file, and its transactions run in turn, so nothing collides. */
export const sqliteErrors: DriverErrors = {
  isUniqueViolation: code => UNIQUE_VIOLATION.test(code),
  isUnavailable: code => UNAVAILABLE.test(code),
  isConflict: code => CONFLICT.test(code),
  provesRollback: code => REFUSED_COMMIT.test(code),
  isTableCollision: () => false,
  isLockTimeout: () => false,
};

/** Tells whether another connection has locked the file (SQLITE_BUSY and its extended codes). */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_BUSY(_|$)/.test(codeOf(error));
}
