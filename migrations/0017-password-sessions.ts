import type { Kysely } from 'kysely';

/** A password session has a row once its tokens were renewed or it was ended. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('password_session')
    .addColumn('id', 'text', column => column.notNull().primaryKey())
    .addColumn('api_key_id', 'text', column => column.notNull().references('api_key.id').onDelete('cascade'))
    .addColumn('generation', 'integer', column => column.notNull())
    .addColumn('renewed_at', 'text', column => column.notNull())
    .addColumn('seen_at', 'text')
    .addColumn('ended_at', 'text')
    .addColumn('expires_at', 'text', column => column.notNull())
    .addColumn('mac', 'text', column => column.notNull())
    .execute();
  await db.schema
    .createIndex('password_session_api_key_id')
    .on('password_session')
    .column('api_key_id')
    .execute();
  await db.schema
    .createIndex('password_session_expires_at')
    .on('password_session')
    .column('expires_at')
    .execute();
  await db.schema
    .createTable('password_session_key')
    .addColumn('id', 'text', column => column.notNull().primaryKey())
    .addColumn('sealed', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('password_session_key').execute();
  await db.schema.dropTable('password_session').execute();
}
