import { Injectable } from '@nestjs/common';
import type { Kysely, Transaction } from 'kysely';
import { Database } from '../database/database.ts';
import type { Schema } from '../database/schema.ts';
import { Endings } from '../sessions/endings.service.ts';

/** How long a session may be without a holder: longer than any transaction that adds one takes. */
const GRACE_SECONDS = 60;

/** Ends the sessions that nothing holds any more, so that grants never pile up at a PDS. */
@Injectable()
export class HolderlessSessions {
  constructor(
    private readonly database: Database,
    private readonly endings: Endings,
  ) {}

  /** Ends up to `limit` sessions, all at once; answers how many. */
  async sweep(limit: number): Promise<number> {
    const ids = await this.database.transaction().execute(transaction => this.mark(limit, transaction));
    await Promise.all(ids.map(id => this.endings.finish(id)));
    return ids.length;
  }

  /** Under a row lock: who adds a holder updates the session in the same transaction, and one of the two is refused. */
  private async mark(limit: number, transaction: Transaction<Schema>): Promise<string[]> {
    let candidates = this.holderless(transaction)
      .where('status', 'in', ['active', 'needs_reauth'])
      .where('granted_at', '<=', this.database.now(-GRACE_SECONDS))
      .limit(limit);
    if (this.database.dialect === 'postgres') candidates = candidates.forUpdate().skipLocked();
    const locked = (await candidates.execute()).map(({ id }) => id);
    if (locked.length === 0) return [];
    // Asked again: Postgres locks what is newest, but looks for holders as of the statement's beginning.
    const ids = (await this.holderless(transaction).where('id', 'in', locked).execute()).map(({ id }) => id);
    for (const id of ids) await this.endings.begin(id, transaction);
    return ids;
  }

  /** Every kind of holder is named here. */
  private holderless(database: Kysely<Schema>) {
    return database
      .selectFrom('oauth_session')
      .select('id')
      .where(eb =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('ui_session')
              .select('ui_session.id')
              .whereRef('session_id', '=', 'oauth_session.id'),
          ),
        ),
      );
  }
}
