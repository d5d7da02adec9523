import type { Kysely } from 'kysely';

/**
 * Adds the marks by which a transaction whose COMMIT got no answer is settled, and the secrets that are kept for the
 * repetition of a claim or a rotation.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('commit_mark')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('outcome', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .execute();
  await db.schema.createIndex('commit_mark_expires_at').on('commit_mark').column('expires_at').execute();
  await db.schema
    .createTable('issued_secret')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('api_key_id', 'text', column => column.notNull().references('api_key.id'))
    .addColumn('fingerprint', 'text', column => column.notNull())
    .addColumn('sealed', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .execute();
  for (const column of ['api_key_id', 'expires_at'])
    await db.schema.createIndex(`issued_secret_${column}`).on('issued_secret').column(column).execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('issued_secret').execute();
  await db.schema.dropTable('commit_mark').execute();
}
