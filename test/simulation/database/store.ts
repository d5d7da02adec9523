/** The rows of one statement. */
export type Outcome = {
  readonly rows: Record<string, unknown>[];
  /** The number of written rows, undefined for a query. */
  readonly written: bigint | undefined;
};

/** One connection of an engine. It belongs to one simulated connection of a broker. */
export type StoreConnection = {
  readonly inTransaction: boolean;
  /** Runs a statement. Resolves at once on SQLite, and on Postgres when no lock is in the way any more. */
  execute(sql: string, parameters: readonly unknown[]): Promise<Outcome>;
  /** Ends the connection. Its open transaction is rolled back. */
  close(): void;
};

/** The engine that holds the rows: SQLite in memory, or a Postgres. */
export type Store = {
  readonly kind: 'sqlite' | 'postgres';
  connect(): Promise<StoreConnection>;
  /** Runs a statement beside all brokers, at once and without any trouble. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
};
