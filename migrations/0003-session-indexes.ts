import type { Kysely } from 'kysely';

/**
 * Which sessions need a client key is asked by the key: at each look at the JWKS, which anybody may take. The index
 * on (status, next_refresh_at) serves whoever asks by status.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('oauth_session_kid_status')
    .on('oauth_session')
    .columns(['kid', 'status'])
    .execute();
  await db.schema.dropIndex('oauth_session_status').execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('oauth_session_status').on('oauth_session').column('status').execute();
  await db.schema.dropIndex('oauth_session_kid_status').execute();
}
