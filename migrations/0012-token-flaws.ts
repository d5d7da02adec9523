import { type Kysely, sql } from 'kysely';
import { replaceCheck } from './replace-check.ts';

const reasons = {
  table: 'oauth_session',
  name: 'oauth_session_reason_known',
  column: 'reason',
} as const;

const earlier = ['revoked', 'response_lost', 'idle', 'lifetime', 'account_moved', 'client_changed'];
const added = ['other_account', 'unusable_token'];

export async function up(db: Kysely<unknown>): Promise<void> {
  await replaceCheck(db, { ...reasons, values: [...earlier, ...added] });
}

/** Sessions with an added reason keep their status. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`update oauth_session set reason = 'revoked' where reason in (${sql.join(added)})`.execute(db);
  await replaceCheck(db, { ...reasons, values: earlier });
}
