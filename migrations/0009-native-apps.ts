import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createNativeApp(db);
  await createNativeLookupKey(db);
  await createNativeRefresh(db);
  await createNativeProof(db);
  await db.schema.createIndex('client_key_app').on('client_key').column('app').execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`delete from client_key where app is not null`.execute(db);
  await db.schema.dropIndex('client_key_app').execute();
  for (const table of ['native_proof', 'native_refresh', 'native_lookup_key', 'native_app']) {
    await db.schema.dropTable(table).execute();
  }
}

async function createNativeApp(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('native_app')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('name', 'text', column => column.notNull().unique())
    .addColumn('client_id', 'text', column => column.notNull().unique())
    .addColumn('status', 'text', column => column.notNull())
    .addColumn('metadata', 'text')
    .addColumn('origins', 'text', column => column.notNull())
    .addColumn('attestation_header', 'text')
    .addColumn('attestation_digest', 'text')
    .addColumn('limit_per_minute', 'integer')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('changed_at', 'text', column => column.notNull())
    .addColumn('mac', 'text', column => column.notNull())
    .addCheckConstraint('native_app_status_known', sql`status in ('active', 'paused')`)
    .execute();
}

async function createNativeLookupKey(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('native_lookup_key')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('sealed', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .execute();
}

async function createNativeRefresh(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('native_refresh')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('token', 'text', column => column.notNull())
    .addColumn('app_id', 'text', column => column.notNull())
    .addColumn('issuer', 'text', column => column.notNull())
    .addColumn('jkt', 'text', column => column.notNull())
    .addColumn('kid', 'text', column => column.notNull())
    .addColumn('mac', 'text', column => column.notNull())
    .addColumn('attempt_id', 'text')
    .addColumn('attempt_state', 'text')
    .addColumn('owner', 'text')
    .addColumn('sent_at', 'text')
    .addColumn('sent_jti', 'text')
    .addColumn('sent_nonce', 'text')
    .addColumn('sealed', 'text')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .addCheckConstraint('native_refresh_attempt_state_known', sql`attempt_state in ('sent', 'in_doubt')`)
    .execute();
  for (const column of ['token', 'app_id', 'expires_at']) {
    await db.schema.createIndex(`native_refresh_${column}`).on('native_refresh').column(column).execute();
  }
  await db.schema
    .createIndex('native_refresh_idle')
    .on('native_refresh')
    .column('expires_at')
    .where(sql.ref('attempt_id'), 'is', null)
    .where(sql.ref('sealed'), 'is', null)
    .execute();
}

async function createNativeProof(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('native_proof')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .execute();
  await db.schema.createIndex('native_proof_expires_at').on('native_proof').column('expires_at').execute();
}
