import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('oauth_session').addColumn('needs_reauth_at', 'text').execute();
  await db.schema
    .createIndex('oauth_session_response_lost')
    .on('oauth_session')
    .column('needs_reauth_at')
    .where(sql<boolean>`status = 'needs_reauth' and reason = 'response_lost'`)
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('oauth_session_response_lost').execute();
  await db.schema.alterTable('oauth_session').dropColumn('needs_reauth_at').execute();
}
