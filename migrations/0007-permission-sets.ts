import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('permission_set')
    .addColumn('nsid', 'text', column => column.primaryKey().notNull())
    .addColumn('document', 'text', column => column.notNull())
    .addColumn('resolved_at', 'text', column => column.notNull())
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('permission_set').execute();
}
