/** How long the database may take, in milliseconds. */
export type DatabaseLimits = {
  /** A locked SQLite file is tried again. */
  busyMs: number;
  /** A statement waits for the one SQLite connection while a transaction owns it. */
  turnMs: number;
  /** A Postgres connection is opened, or waited for in the pool. */
  connectMs: number;
  /** Postgres runs one statement. */
  statementMs: number;
  /** Postgres is heard again after a statement was sent; over the statement's own limit, or that never speaks. */
  silenceMs: number;
  /** Postgres keeps a transaction whose owner says nothing. */
  idleInTransactionMs: number;
};

export const defaultLimits: Readonly<DatabaseLimits> = {
  busyMs: 10_000,
  turnMs: 30_000,
  connectMs: 5_000,
  statementMs: 30_000,
  silenceMs: 35_000,
  idleInTransactionMs: 30_000,
};
