import { type Kysely, sql } from 'kysely';
import { replaceCheck } from './replace-check.ts';

const statusCheck = { table: 'oauth_session', name: 'oauth_session_status_known', column: 'status' } as const;
const reasonCheck = { table: 'oauth_session', name: 'oauth_session_reason_known', column: 'reason' } as const;

const statuses = ['active', 'needs_reauth', 'revoking', 'revoked'];
const reasons = [
  'revoked',
  'response_lost',
  'idle',
  'lifetime',
  'account_moved',
  'client_changed',
  'other_account',
  'unusable_token',
];

const inTrouble = sql<boolean>`(failures > 0 or attempt_state = 'in_doubt' or status = 'needs_check')`;
const wasInTrouble = sql<boolean>`(failures > 0 or attempt_state = 'in_doubt')`;

const recoverable = sql<boolean>`status = 'needs_reauth' and reason in ('response_lost', 'restored')`;
const wasRecoverable = sql<boolean>`status = 'needs_reauth' and reason = 'response_lost'`;

/** Few sessions are rolled back at a time, so a partial index serves the instances that look for them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('oauth_session').addColumn('rolled_back_at', 'text').execute();
  await replaceCheck(db, { ...statusCheck, values: [...statuses, 'needs_check'] });
  await replaceCheck(db, { ...reasonCheck, values: [...reasons, 'restored'] });
  await db.schema
    .createIndex('oauth_session_rolled_back')
    .on('oauth_session')
    .column('id')
    .where(sql.ref('rolled_back_at'), 'is not', null)
    .execute();
  await replaceTroubledIndex(db, inTrouble);
  await replaceRecoverableIndex(db, recoverable);
}

/** An older release cannot look for the tokens of a session in check, so its owner is needed. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    update oauth_session set status = 'needs_reauth', reason = 'response_lost', generation = generation + 1,
      needs_reauth_at = rolled_back_at
    where status = 'needs_check'
  `.execute(db);
  await sql`update oauth_session set reason = 'response_lost' where reason = 'restored'`.execute(db);
  await replaceRecoverableIndex(db, wasRecoverable);
  await replaceTroubledIndex(db, wasInTrouble);
  await db.schema.dropIndex('oauth_session_rolled_back').execute();
  await replaceCheck(db, { ...statusCheck, values: statuses });
  await replaceCheck(db, { ...reasonCheck, values: reasons });
  await db.schema.alterTable('oauth_session').dropColumn('rolled_back_at').execute();
}

async function replaceTroubledIndex(db: Kysely<unknown>, predicate: typeof inTrouble): Promise<void> {
  await db.schema.dropIndex('oauth_session_troubled').execute();
  await db.schema
    .createIndex('oauth_session_troubled')
    .on('oauth_session')
    .columns(['status', 'id'])
    .where(predicate)
    .execute();
}

async function replaceRecoverableIndex(db: Kysely<unknown>, predicate: typeof recoverable): Promise<void> {
  await db.schema.dropIndex('oauth_session_response_lost').execute();
  await db.schema
    .createIndex('oauth_session_response_lost')
    .on('oauth_session')
    .column('needs_reauth_at')
    .where(predicate)
    .execute();
}
