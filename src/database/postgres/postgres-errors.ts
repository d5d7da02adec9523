import type { DriverErrors } from '../engine/dialect.ts';

/**
 * SQLSTATE classes and codes, https://www.postgresql.org/docs/current/errcodes-appendix.html: connection exception
 * (08), transaction rollback (40), insufficient resources (53), operator intervention (57), system error (58),
 * read-only standby (25006), timeout of an idle transaction (25P03), lock not available (55P03).
 */
const UNAVAILABLE = /^(08...|40...|53...|57...|58...|25006|25P03|55P03)$/;

/** serialization_failure and deadlock_detected. statement_completion_unknown (40003) is neither. */
const CONFLICTS = new Set(['40001', '40P01']);

const CONSTRAINT_VIOLATION = /^23...$/;

const UNIQUE_VIOLATION = '23505';
const QUERY_CANCELED = '57014';

/**
 * Two processes that create a table at once, even `if not exists`, fail with unique_violation in the catalog,
 * duplicate_table, or duplicate_object for the table's row type. All three were observed.
 */
const TABLE_COLLISIONS = new Set([UNIQUE_VIOLATION, '42P07', '42710']);

export const postgresErrors: DriverErrors = {
  isUniqueViolation: code => code === UNIQUE_VIOLATION,
  isUnavailable: code => UNAVAILABLE.test(code),
  isConflict: code => CONFLICTS.has(code),
  provesRollback: code => CONFLICTS.has(code) || CONSTRAINT_VIOLATION.test(code),
  isTableCollision: code => TABLE_COLLISIONS.has(code),
  // statement_timeout ends the wait.
  isLockTimeout: code => code === QUERY_CANCELED,
};
