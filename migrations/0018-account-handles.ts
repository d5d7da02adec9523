import type { Kysely } from 'kysely';

/** Adds the handles of accounts as they were verified last. The oldest due check and the oldest expiry come first. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('account_handle')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('handle', 'text', column => column.unique())
    .addColumn('verified_at', 'text')
    .addColumn('next_check_at', 'text')
    .addColumn('expires_at', 'text', column => column.notNull())
    .addColumn('mac', 'text', column => column.notNull())
    .execute();
  await db.schema
    .createIndex('account_handle_next_check_at')
    .on('account_handle')
    .column('next_check_at')
    .execute();
  await db.schema
    .createIndex('account_handle_expires_at')
    .on('account_handle')
    .column('expires_at')
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('account_handle').execute();
}
