import { type Kysely, sql } from 'kysely';

/** Each column has its own ALTER TABLE, because SQLite adds and drops one column at a time. */
const columns = [
  ['attempt_id', sql`text`],
  ['attempt_state', sql`text check (attempt_state in ('prepared', 'sent', 'in_doubt'))`],
  ['attempt_no', sql`integer not null default 0`],
  ['sent_at', sql`text`],
  ['owner', sql`text`],
  ['lease_until', sql`text`],
  ['next_refresh_at', sql`text`],
  ['failures', sql`integer not null default 0`],
] as const;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [name, definition] of columns) {
    await sql`alter table oauth_session add column ${sql.ref(name)} ${definition}`.execute(db);
  }
  await sql`update oauth_session set next_refresh_at = refreshed_at where status = 'active'`.execute(db);
  await db.schema
    .createIndex('oauth_session_next_refresh_at')
    .on('oauth_session')
    .columns(['status', 'next_refresh_at'])
    .execute();
  await db.schema
    .createTable('instance')
    .addColumn('owner', 'text', column => column.primaryKey().notNull())
    .addColumn('started_at', 'text', column => column.notNull())
    .addColumn('seen_at', 'text', column => column.notNull())
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('instance').execute();
  await db.schema.dropIndex('oauth_session_next_refresh_at').execute();
  for (const [name] of [...columns].reverse()) {
    await sql`alter table oauth_session drop column ${sql.ref(name)}`.execute(db);
  }
}
