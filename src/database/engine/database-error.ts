import { BrokerError } from '../../errors/broker-error.ts';
import { ConnectionError } from './connection-error.ts';

const RETRY_AFTER_SECONDS = 5;

const UNIQUE_VIOLATIONS = new Set(['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

/** Result codes of SQLite, without what an extended code appends. https://www.sqlite.org/rescode.html */
const SQLITE_UNAVAILABLE =
  /^SQLITE_(BUSY|CANTOPEN|CORRUPT|FULL|IOERR|LOCKED|NOMEM|NOTADB|PERM|PROTOCOL|READONLY)(_|$)/;

/**
 * SQLSTATE classes and codes of Postgres, https://www.postgresql.org/docs/current/errcodes-appendix.html:
 * connection exception (08), transaction rollback (40), insufficient resources (53), operator intervention (57) and
 * system error (58); a server that became a read-only standby (25006), an idle transaction that was ended (25P03),
 * a lock not obtained in time (55P03).
 */
const POSTGRES_UNAVAILABLE = /^(08...|40...|53...|57...|58...|25006|25P03|55P03)$/;

/** Says whether a write was refused because its key is taken. */
export function isUniqueViolation(error: unknown): boolean {
  return UNIQUE_VIOLATIONS.has(driverCode(error));
}

/** Says whether another connection holds the SQLite file (SQLITE_BUSY and its extended codes). */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_BUSY(_|$)/.test(driverCode(error));
}

/** Says whether the database, not the statement, is in trouble: the same statement can work later. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  if (error instanceof BrokerError) return error.code === 'DatabaseUnavailable';
  const code = driverCode(error);
  return SQLITE_UNAVAILABLE.test(code) || POSTGRES_UNAVAILABLE.test(code);
}

/**
 * Turns trouble of the database into the error that callers are told.
 *
 * Answers a BrokerError `DatabaseUnavailable` with `retryAfterSeconds`, or undefined when the error is of another
 * kind.
 */
export function toDatabaseUnavailable(error: unknown): BrokerError | undefined {
  if (!isUnavailable(error)) return undefined;
  if (error instanceof BrokerError) return error;
  return databaseUnavailable('The database cannot be reached right now. Try again in a moment.', error);
}

/** Makes the error for trouble that a message of our own tells better. */
export function databaseUnavailable(message: string, cause?: unknown): BrokerError {
  return new BrokerError('DatabaseUnavailable', message, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}

/** The code that the driver gave: SQLITE_… or a SQLSTATE; empty where there is none. */
export function driverCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
