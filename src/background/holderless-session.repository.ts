import { Injectable } from '@nestjs/common';
import type { Kysely, Transaction } from 'kysely';
import { Database } from '../database/database.ts';
import type { Schema } from '../database/schema.ts';

/** How long a session may be without a holder: longer than any transaction that adds one takes. */
const GRACE_SECONDS = 60;

/** The sessions that nothing holds any more. */
@Injectable()
export class HolderlessSessionRepository {
  constructor(private readonly database: Database) {}

  /**
   * Locks up to `limit` sessions for this transaction; answers their ids. Who adds a holder updates the session in
   * the same transaction, and one of the two is refused.
   *
   * Served by the index on the browser sessions' `session_id`.
   */
  async lock(limit: number, transaction: Transaction<Schema>): Promise<string[]> {
    let candidates = holderless(transaction)
      .where('status', 'in', ['active', 'needs_reauth'])
      .where('granted_at', '<=', this.database.now(-GRACE_SECONDS))
      .limit(limit);
    if (this.database.dialect === 'postgres') candidates = candidates.forUpdate().skipLocked();
    const locked = (await candidates.execute()).map(({ id }) => id);
    if (locked.length === 0) return [];
    // Asked again: Postgres locks what is newest, but looks for holders as of the statement's beginning.
    const rows = await holderless(transaction).where('id', 'in', locked).execute();
    return rows.map(({ id }) => id);
  }
}

/** Every kind of holder is named here. */
function holderless(database: Kysely<Schema>) {
  return database
    .selectFrom('oauth_session')
    .select('id')
    .where(eb =>
      eb.not(
        eb.exists(
          eb.selectFrom('ui_session').select('ui_session.id').whereRef('session_id', '=', 'oauth_session.id'),
        ),
      ),
    );
}
