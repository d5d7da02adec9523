import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Schema } from '../../database/tables/schema.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { type Timestamp, toTimestamp } from '../../database/tables/timestamp.ts';

type SessionBuilder = ExpressionBuilder<Schema, 'oauth_session'>;

/**
 * The condition that a session has no holder at `now`. Every kind of holder is named here: a new kind needs its own
 * subquery. An expired key or key request is no holder, even if it is not swept yet.
 *
 * Served by the indexes on `session_id`.
 */
export function isUnheld(now: Date): (eb: SessionBuilder) => Expression<SqlBool> {
  const time = toTimestamp(now);
  return eb =>
    eb.and([
      eb.not(eb.exists(browserSessions(eb))),
      eb.not(eb.exists(liveKeys(eb, time))),
      eb.not(eb.exists(unclaimedRequests(eb, time))),
    ]);
}

/** The condition that a session is as it was stored with its grant: not adopted, refreshed or swept since. */
export function isUnadopted(id: SessionId): (eb: SessionBuilder) => Expression<SqlBool> {
  return eb =>
    eb.and([
      eb('id', '=', id),
      eb('generation', '=', 1),
      eb('status', '=', 'active'),
      eb('attempt_state', 'is', null),
      eb('next_refresh_at', 'is', null),
    ]);
}

function browserSessions(eb: SessionBuilder) {
  return eb
    .selectFrom('ui_session')
    .select('ui_session.id')
    .whereRef('ui_session.session_id', '=', 'oauth_session.id');
}

function liveKeys(eb: SessionBuilder, now: Timestamp) {
  return eb
    .selectFrom('api_key')
    .select('api_key.id')
    .whereRef('api_key.session_id', '=', 'oauth_session.id')
    .where('api_key.revoked_at', 'is', null)
    .where(key => key.or([key('api_key.expires_at', 'is', null), key('api_key.expires_at', '>', now)]));
}

function unclaimedRequests(eb: SessionBuilder, now: Timestamp) {
  return eb
    .selectFrom('key_request')
    .select('key_request.id')
    .whereRef('key_request.session_id', '=', 'oauth_session.id')
    .where('key_request.status', 'in', ['pending', 'authorized'])
    .where('key_request.expires_at', '>', now);
}
