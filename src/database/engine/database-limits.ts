/** The time limits of the database, in milliseconds. */
export type DatabaseLimits = {
  /** The wait for the lock of the SQLite file while another program holds it. */
  busyMs: number;
  /** The wait of a statement for the SQLite connection while a transaction owns it. */
  turnMs: number;
  /** The wait for a Postgres connection, new or from the pool. */
  connectMs: number;
  /** The run of one statement in Postgres. */
  statementMs: number;
  /** The wait for an answer of Postgres. Longer than `statementMs`, so that Postgres can report that limit itself. */
  silenceMs: number;
  /** The life of a Postgres transaction without statements. */
  idleInTransactionMs: number;
  /** The repetition of a transaction that a concurrent one, or a lost connection, ended before its commit. */
  repeatMs: number;
  /** The wait for proof that a transaction was committed or rolled back, after a COMMIT without an answer. */
  settleMs: number;
};

/** The time limits in production. */
export const defaultLimits: Readonly<DatabaseLimits> = {
  busyMs: 10_000,
  turnMs: 30_000,
  connectMs: 5_000,
  statementMs: 30_000,
  silenceMs: 35_000,
  idleInTransactionMs: 30_000,
  repeatMs: 20_000,
  settleMs: 15_000,
};
