import type { Kysely } from 'kysely';

/** Adds the marks by which a transaction whose COMMIT got no answer is settled. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('commit_mark')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('outcome', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .execute();
  await db.schema.createIndex('commit_mark_expires_at').on('commit_mark').column('expires_at').execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('commit_mark').execute();
}
