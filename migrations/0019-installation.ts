import type { Kysely } from 'kysely';

/** Adds where the database lives, by facts that a copy does not share, and whether it was restored. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('installation')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('home', 'text', column => column.notNull())
    .addColumn('settled_at', 'text', column => column.notNull())
    .addColumn('restored_at', 'text')
    .addColumn('restored_from', 'text')
    .addColumn('restored_sessions', 'integer')
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('installation').execute();
}
