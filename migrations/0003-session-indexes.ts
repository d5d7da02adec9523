import type { Kysely } from 'kysely';

/**
 * Each request for the public JWKS looks up the sessions of a client key, so `kid` gets an index. The index on
 * (status, next_refresh_at) serves the queries by status.
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
