import { type Kysely, type MigrationLockOptions, PostgresAdapter, sql } from 'kysely';

/** Locks migrations with a row, because not every engine that speaks Postgres has advisory locks. */
export class RowLockAdapter extends PostgresAdapter {
  /** Locks until the end of the transaction `db`. */
  override async acquireMigrationLock(
    db: Kysely<unknown>,
    { lockTable, lockRowId }: MigrationLockOptions,
  ): Promise<void> {
    await sql`select id from ${sql.table(lockTable)} where id = ${lockRowId} for update`.execute(db);
  }

  override releaseMigrationLock(): Promise<void> {
    return Promise.resolve();
  }
}
