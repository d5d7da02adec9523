import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createApiKey(db);
  await createKeyRequest(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('key_request').execute();
  await db.schema.dropTable('api_key').execute();
}

async function createApiKey(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('api_key')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('did', 'text', column => column.notNull())
    .addColumn('session_id', 'text', column => column.notNull().references('oauth_session.id'))
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('scope', 'text', column => column.notNull())
    .addColumn('start', 'text', column => column.notNull())
    .addColumn('digest', 'text', column => column.notNull().unique())
    .addColumn('previous_digest', 'text')
    .addColumn('previous_until', 'text')
    .addColumn('slot', 'integer')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text')
    .addColumn('revoked_at', 'text')
    .addColumn('last_used_at', 'text')
    .addColumn('mac', 'text', column => column.notNull())
    .execute();
  for (const column of ['previous_digest', 'session_id']) {
    await db.schema.createIndex(`api_key_${column}`).on('api_key').column(column).execute();
  }
  // This index also serves the queries by account.
  await db.schema.createIndex('api_key_did_slot').on('api_key').columns(['did', 'slot']).unique().execute();
  // Revoked keys stay for ever, and no query reads their expiry.
  await db.schema
    .createIndex('api_key_expires_at')
    .on('api_key')
    .column('expires_at')
    .where(sql.ref('revoked_at'), 'is', null)
    .execute();
}

async function createKeyRequest(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('key_request')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('did', 'text', column => column.notNull())
    .addColumn('handle', 'text')
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('scope', 'text', column => column.notNull())
    .addColumn('asked_from', 'text', column => column.notNull())
    .addColumn('status', 'text', column => column.notNull())
    .addColumn('loopback', 'text')
    .addColumn('code_digest', 'text')
    .addColumn('tries', 'integer', column => column.notNull().defaultTo(0))
    .addColumn('session_id', 'text', column => column.references('oauth_session.id'))
    .addColumn('api_key_id', 'text', column => column.references('api_key.id'))
    .addColumn('expires_in_days', 'integer')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .addColumn('mac', 'text', column => column.notNull())
    .addCheckConstraint(
      'key_request_status_known',
      sql`status in ('pending', 'authorized', 'denied', 'expired', 'claimed')`,
    )
    .execute();
  for (const column of ['did', 'session_id', 'expires_at', 'status']) {
    await db.schema.createIndex(`key_request_${column}`).on('key_request').column(column).execute();
  }
}
