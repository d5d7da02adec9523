import { type Kysely, sql } from 'kysely';

const owned = [
  ['oauth_session_unanswered', 'oauth_session'],
  ['native_refresh_unanswered', 'native_refresh'],
] as const;

/**
 * Adds what an instance says about its spool, and what the operator says about an instance. The indexes find the attempts
 * that an instance has sent, when it starts again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table instance add column spool_state text check (spool_state in ('empty', 'filled'))`.execute(
    db,
  );
  await sql`alter table instance add column given_up_at text`.execute(db);
  for (const [index, table] of owned) {
    await db.schema
      .createIndex(index)
      .on(table)
      .column('owner')
      .where(sql<boolean>`attempt_state = 'sent'`)
      .execute();
  }
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const [index] of [...owned].reverse()) await db.schema.dropIndex(index).execute();
  await sql`alter table instance drop column given_up_at`.execute(db);
  await sql`alter table instance drop column spool_state`.execute(db);
}
