import type { Kysely } from 'kysely';

/** Adds what the broker learned of issuers. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('issuer_trait')
    .addColumn('issuer', 'text', column => column.primaryKey().notNull())
    .addColumn('rotation_ends_access_token', 'integer', column => column.notNull())
    .addColumn('learned_at', 'text', column => column.notNull())
    .execute();
  await db.schema.createIndex('issuer_trait_learned_at').on('issuer_trait').column('learned_at').execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('issuer_trait').execute();
}
