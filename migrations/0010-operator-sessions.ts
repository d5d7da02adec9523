import { type Kysely, sql } from 'kysely';

/**
 * Adds the operator's browser sessions and two indexes on `oauth_session`. With these the operator's pages find the
 * sessions of a handle, and the few sessions that fail or are in doubt.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('operator_session')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('digest', 'text', column => column.notNull().unique())
    .addColumn('token_mac', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .addColumn('mac', 'text', column => column.notNull())
    .execute();
  await db.schema
    .createIndex('operator_session_expires_at')
    .on('operator_session')
    .column('expires_at')
    .execute();
  await db.schema.createIndex('oauth_session_handle').on('oauth_session').column('handle').execute();
  await db.schema
    .createIndex('oauth_session_troubled')
    .on('oauth_session')
    .columns(['status', 'id'])
    .where(sql<boolean>`(failures > 0 or attempt_state = 'in_doubt')`)
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('oauth_session_troubled').execute();
  await db.schema.dropIndex('oauth_session_handle').execute();
  await db.schema.dropTable('operator_session').execute();
}
