import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
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

  /** Ends up to `limit` sessions; answers how many. */
  async sweep(limit: number): Promise<number> {
    const ids = await this.mark(limit);
    for (const id of ids) await this.endings.finish(id);
    return ids.length;
  }

  /** Under a row lock: who adds a holder updates the session in the same transaction, and one of the two is refused. */
  private async mark(limit: number): Promise<string[]> {
    return this.database.transaction().execute(async transaction => {
      let holderless = transaction
        .selectFrom('oauth_session')
        .select('id')
        .where('status', 'in', ['active', 'needs_reauth'])
        .where('granted_at', '<=', this.database.now(-GRACE_SECONDS))
        .where(eb =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('ui_session')
                .select('ui_session.id')
                .whereRef('session_id', '=', 'oauth_session.id'),
            ),
          ),
        )
        .limit(limit);
      if (this.database.dialect === 'postgres') holderless = holderless.forUpdate().skipLocked();
      const rows = await holderless.execute();
      for (const { id } of rows) await this.endings.begin(id, transaction);
      return rows.map(({ id }) => id);
    });
  }
}
