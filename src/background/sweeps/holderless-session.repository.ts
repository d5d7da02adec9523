import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { SessionStatus } from '../../database/tables/oauth-session.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { isUnheld } from '../../sessions/stored/session-holders.ts';

/** How long a session may be without a holder: longer than any transaction that adds one takes. */
const GRACE_SECONDS = 60;

const LIVING: readonly SessionStatus[] = ['active', 'needs_reauth'];

/** The sessions that nothing holds any more. */
@Injectable()
export class HolderlessSessionRepository {
  constructor(private readonly database: Database) {}

  /**
   * Looks at the next sessions after one, in the order of their ids.
   *
   * @returns those that are not over and no longer new, and the id of the last one, `undefined` at the end
   */
  async lookAfter(
    cursor: SessionId,
    limit: number,
  ): Promise<{ ids: SessionId[]; last: SessionId | undefined }> {
    const rows = await this.database
      .selectFrom('oauth_session')
      .select(['id', 'status'])
      .select(eb => eb('granted_at', '<=', this.database.now(-GRACE_SECONDS)).as('is_settled'))
      .where('id', '>', cursor)
      .orderBy('id')
      .limit(limit)
      .execute();
    const settled = rows.filter(({ status, is_settled }) => Boolean(is_settled) && LIVING.includes(status));
    return { ids: settled.map(({ id }) => id), last: rows.at(-1)?.id };
  }

  /**
   * Locks up to `limit` out of some sessions for this transaction; answers their ids, in order. Who adds a holder
   * updates the session in the same transaction, and one of the two is refused.
   *
   * Served by the indexes on the holders' `session_id`.
   */
  async lock(
    among: readonly SessionId[],
    limit: number,
    transaction: Transaction<Schema>,
  ): Promise<SessionId[]> {
    const unheld = transaction.selectFrom('oauth_session').select('id').where(isUnheld(this.database.now()));
    const candidates = unheld.where('id', 'in', among).orderBy('id').limit(limit);
    const locked = (await this.database.dialect.lockFreeRows(candidates).execute()).map(({ id }) => id);
    if (locked.length === 0) return [];
    // Asked again: Postgres locks what is newest, but looks for holders as of the statement's beginning.
    const rows = await unheld.where('id', 'in', locked).orderBy('id').execute();
    return rows.map(({ id }) => id);
  }
}
