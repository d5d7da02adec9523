import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createEncryptionKey(db);
  await createOauthState(db);
  await createOauthSession(db);
  await createClientKey(db);
  await createUiSession(db);
  await createLease(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of [
    'lease',
    'ui_session',
    'client_key',
    'oauth_session',
    'oauth_state',
    'encryption_key',
  ]) {
    await db.schema.dropTable(table).execute();
  }
}

async function createEncryptionKey(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('encryption_key')
    .addColumn('fingerprint', 'text', column => column.primaryKey().notNull())
    .addColumn('canary', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .execute();
}

async function createOauthState(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('oauth_state')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('sealed', 'text', column => column.notNull())
    .addColumn('purpose', 'text', column => column.notNull())
    .addColumn('target', 'text')
    .addColumn('return_to', 'text', column => column.notNull())
    .addColumn('binding_digest', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .addCheckConstraint('oauth_state_purpose_known', sql`purpose in ('sign_in', 'key_request', 'reconnect')`)
    .execute();
  await db.schema.createIndex('oauth_state_expires_at').on('oauth_state').column('expires_at').execute();
}

async function createOauthSession(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('oauth_session')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('did', 'text', column => column.notNull())
    .addColumn('handle', 'text')
    .addColumn('client_id', 'text', column => column.notNull())
    .addColumn('issuer', 'text', column => column.notNull())
    .addColumn('pds', 'text', column => column.notNull())
    .addColumn('scope', 'text', column => column.notNull())
    .addColumn('kid', 'text')
    .addColumn('purpose', 'text', column => column.notNull())
    .addColumn('sealed', 'text')
    .addColumn('generation', 'integer', column => column.notNull().defaultTo(1))
    .addColumn('status', 'text', column => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('granted_at', 'text', column => column.notNull())
    .addColumn('refreshed_at', 'text', column => column.notNull())
    .addColumn('last_used_at', 'text')
    .addColumn('access_expires_at', 'text', column => column.notNull())
    .addCheckConstraint('oauth_session_purpose_known', sql`purpose in ('ui', 'api_key')`)
    .addCheckConstraint(
      'oauth_session_status_known',
      sql`status in ('active', 'needs_reauth', 'revoking', 'revoked')`,
    )
    .addCheckConstraint(
      'oauth_session_reason_known',
      sql`reason in ('revoked', 'response_lost', 'idle', 'lifetime', 'account_moved', 'client_changed')`,
    )
    .execute();
  await db.schema
    .createIndex('oauth_session_did_status')
    .on('oauth_session')
    .columns(['did', 'status'])
    .execute();
  await db.schema.createIndex('oauth_session_status').on('oauth_session').column('status').execute();
}

async function createClientKey(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('client_key')
    .addColumn('kid', 'text', column => column.primaryKey().notNull())
    .addColumn('app', 'text')
    .addColumn('sealed', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('published_at', 'text', column => column.notNull())
    .addColumn('active_at', 'text', column => column.notNull())
    .addColumn('retired_at', 'text')
    .execute();
}

async function createUiSession(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ui_session')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('digest', 'text', column => column.notNull().unique())
    .addColumn('did', 'text', column => column.notNull())
    .addColumn('session_id', 'text', column => column.notNull().references('oauth_session.id'))
    .addColumn('user_agent', 'text')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('last_seen_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .addColumn('mac', 'text', column => column.notNull())
    .execute();
  for (const column of ['did', 'session_id', 'expires_at']) {
    await db.schema.createIndex(`ui_session_${column}`).on('ui_session').column(column).execute();
  }
}

async function createLease(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('lease')
    .addColumn('name', 'text', column => column.primaryKey().notNull())
    .addColumn('owner', 'text', column => column.notNull())
    .addColumn('until', 'text', column => column.notNull())
    .execute();
}
