import type { Kysely } from 'kysely';

/**
 * Adds the calls of each key and day, and the client of a key's last use. Without a foreign key: one key that a rollback of
 * the database took away would fail the batch with the counts of all others. Rows end by their age.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('key_usage')
    .addColumn('api_key_id', 'text', column => column.notNull())
    .addColumn('day', 'text', column => column.notNull())
    .addColumn('answered', 'integer', column => column.notNull())
    .addColumn('refused', 'integer', column => column.notNull())
    .addColumn('failed', 'integer', column => column.notNull())
    .addPrimaryKeyConstraint('key_usage_pkey', ['api_key_id', 'day'])
    .execute();
  await db.schema.createIndex('key_usage_day').on('key_usage').column('day').execute();
  for (const column of ['last_used_client', 'last_used_network'])
    await db.schema.alterTable('api_key').addColumn(column, 'text').execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const column of ['last_used_network', 'last_used_client'])
    await db.schema.alterTable('api_key').dropColumn(column).execute();
  await db.schema.dropTable('key_usage').execute();
}
