import { codeOf } from '../../errors/code-of.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { ConnectionError } from '../engine/connection-error.ts';
import type { DriverErrors } from '../engine/dialect.ts';
import { databaseUnavailable } from '../engine/driver-error.ts';
import { postgres } from '../postgres/postgres-dialect.ts';
import { sqlite } from '../sqlite/sqlite-dialect.ts';

/** An error does not name its driver, but no two drivers share a code. */
const drivers: readonly DriverErrors[] = [sqlite.errors, postgres.errors];

/** Tells whether a write was refused because its key exists. */
export function isUniqueViolation(error: unknown): boolean {
  const code = codeOf(error);
  return drivers.some(driver => driver.isUniqueViolation(code));
}

/** Tells whether the database is in trouble, not the statement: the same statement may succeed later. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  if (error instanceof BrokerError) return error.code === 'DatabaseUnavailable';
  const code = codeOf(error);
  return drivers.some(driver => driver.isUnavailable(code));
}

/** Tells whether a transaction was rolled back because of a concurrent one, so that running it again may succeed. */
export function isConflict(error: unknown): boolean {
  const code = codeOf(error);
  return drivers.some(driver => driver.isConflict(code));
}

/** Tells whether an error of a COMMIT proves that nothing was stored. */
export function provesRollback(error: unknown): boolean {
  const code = codeOf(error);
  return drivers.some(driver => driver.provesRollback(code));
}

/**
 * Returns the error for callers when the database is unavailable: a `DatabaseUnavailable` with `retryAfterSeconds`.
 * Returns undefined for an error of another kind.
 */
export function toDatabaseUnavailable(error: unknown): BrokerError | undefined {
  if (!isUnavailable(error)) return undefined;
  if (error instanceof BrokerError) return error;
  return databaseUnavailable('The database cannot be reached right now. Try again in a moment.', error);
}
