import type { QueryExecutorProvider, RawBuilder, SelectQueryBuilder } from 'kysely';
import type { DatabaseConfig } from '../../config/config.ts';
import type { Timestamp } from '../tables/timestamp.ts';

export type DialectName = DatabaseConfig['kind'];

/** Everything that differs between SQL engines. Kysely's own dialect, which connects, stands beside it. */
export type Dialect = {
  readonly name: DialectName;
  readonly errors: DriverErrors;
  /**
   * Whether the operating system lets only one process open the database. Every other process that left its name in
   * a row has then ended.
   */
  readonly isExclusive: boolean;
  /** How many rows one DELETE of the sweeper takes. */
  readonly rowsPerDelete: number;
  /** The time at which the running statement began, plus an offset that may be negative or a fraction. */
  now(offsetSeconds: number): RawBuilder<Timestamp>;
  /** Locks the rows that a query finds until its transaction ends. */
  lockRows: RowLock;
  /** As {@link lockRows}, but skips rows that another transaction has locked. */
  lockFreeRows: RowLock;
  /** Counts the writes of other connections. Missing where the engine has no such count. */
  readonly countForeignWrites?: (database: QueryExecutorProvider) => Promise<number | undefined>;
};

type RowLock = <Schema, Table extends keyof Schema, Row>(
  query: SelectQueryBuilder<Schema, Table, Row>,
) => SelectQueryBuilder<Schema, Table, Row>;

/** The meanings of a driver's error codes: `SQLITE_…`, or an SQLSTATE. */
export type DriverErrors = {
  /** A row with this key exists. */
  isUniqueViolation(code: string): boolean;
  /** The database is in trouble, not the statement: the same statement may succeed later. */
  isUnavailable(code: string): boolean;
  /** Another process is creating the same table. */
  isTableCollision(code: string): boolean;
  /** The statement waited for a lock until its time limit. */
  isLockTimeout(code: string): boolean;
};
