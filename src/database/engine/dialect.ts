import type { QueryExecutorProvider, RawBuilder, SelectQueryBuilder } from 'kysely';
import type { DatabaseConfig } from '../../config/config.ts';
import type { HomeFacts } from './home-facts.ts';
import type { Timestamp } from '../tables/timestamp.ts';

export type DialectName = DatabaseConfig['kind'];

/** The differences between SQL engines. Kysely's own dialect makes the connections. */
export type Dialect = {
  readonly name: DialectName;
  readonly errors: DriverErrors;
  /**
   * Whether the operating system lets only one process open the database. Then every other process that a row names
   * has ended.
   */
  readonly isExclusive: boolean;
  /** The limit of rows in one DELETE of the sweeper. */
  readonly rowsPerDelete: number;
  /** Returns an expression for the time at which the running statement began, plus an offset in seconds. */
  now(offsetSeconds: number): RawBuilder<Timestamp>;
  /** Locks the rows that a query finds until its transaction ends. */
  lockRows: RowLock;
  /** As {@link lockRows}, but skips rows that another transaction has locked. */
  lockFreeRows: RowLock;
  /** Reads where the database lives, by facts that a copy of it does not share. */
  readonly readHome: (database: QueryExecutorProvider, config: DatabaseConfig) => Promise<HomeFacts>;
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
  /**
   * The database rolled the transaction back because of a concurrent one. The same transaction may succeed if it runs
   * again.
   */
  isConflict(code: string): boolean;
  /** A COMMIT that fails with it has stored nothing. Any other error of a COMMIT proves nothing. */
  provesRollback(code: string): boolean;
  /** Another process is creating the same table. */
  isTableCollision(code: string): boolean;
  /** The statement waited for a lock until its time limit. */
  isLockTimeout(code: string): boolean;
};
