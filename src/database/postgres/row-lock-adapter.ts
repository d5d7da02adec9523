import { type Kysely, type MigrationLockOptions, PostgresAdapter, sql } from 'kysely';

/** Locks migrations with a row, because not every engine that speaks Postgres has advisory locks. */
export class RowLockAdapter extends PostgresAdapter {
  /**
   * Locks until the end of the transaction `db`. Writes the row, because a waiter under serializable isolation keeps a
   * snapshot from before its wait. Its conflict with the write begins it again.
   */
  override async acquireMigrationLock(
    db: Kysely<unknown>,
    { lockTable, lockRowId }: MigrationLockOptions,
  ): Promise<void> {
    await sql`update ${sql.table(lockTable)} set is_locked = 0 where id = ${lockRowId}`.execute(db);
  }

  override releaseMigrationLock(): Promise<void> {
    return Promise.resolve();
  }
}
