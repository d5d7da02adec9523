import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('temp_token')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('digest', 'text', column => column.notNull().unique())
    .addColumn('scope', 'text', column => column.notNull())
    .addColumn('resource_id', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .addColumn('consumed_at', 'text')
    .addColumn('mac', 'text', column => column.notNull())
    .execute();
  await db.schema.createIndex('temp_token_expires_at').on('temp_token').column('expires_at').execute();
  await db.schema
    .createIndex('temp_token_scope_resource_id')
    .on('temp_token')
    .columns(['scope', 'resource_id'])
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('temp_token').execute();
}
