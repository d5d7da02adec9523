import { Injectable } from '@nestjs/common';
import { Database } from '../../database/connection/database.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import { RECENT_USE_MS } from '../../sessions/stored/refresh-policy.ts';
import type { SessionRow } from '../../sessions/stored/session-row.ts';

/** A due session that a worker has claimed. */
export type DueSession = Pick<
  SessionRow,
  'id' | 'generation' | 'issuer' | 'kid' | 'attempt_state' | 'failures'
> & {
  readonly refreshedAt: Date;
  readonly claimedAt: Date;
  /** True if the session was used or refreshed within a day. */
  readonly inUse: boolean;
};

/** How long other workers skip a claimed session. */
export const CLAIM_SECONDS = 120;

/** Claims and postpones due sessions. */
@Injectable()
export class DueSessionRepository {
  constructor(private readonly database: Database) {}

  /**
   * Claims up to `limit` sessions that are due, or will be within `withinSeconds`, longest due first. Other workers skip
   * them for two minutes. Skips a session whose refresh failed until its back-off ends.
   *
   * Served by the index on (status, next_refresh_at).
   *
   * @param after claims sessions in the order of their ids instead, after this id
   */
  async claim(
    limit: number,
    { withinSeconds, after }: { withinSeconds: number; after: SessionId | undefined },
  ): Promise<DueSession[]> {
    const { database } = this;
    const active = database
      .selectFrom('oauth_session')
      .select('id')
      .where('status', '=', 'active')
      .where('next_refresh_at', '<=', database.now(withinSeconds))
      .where(eb => eb.or([eb('failures', '=', 0), eb('next_refresh_at', '<=', database.now())]))
      .limit(limit);
    const due = database.dialect.lockFreeRows(
      after === undefined ? active.orderBy('next_refresh_at') : active.where('id', '>', after).orderBy('id'),
    );
    // A WITH runs once. Postgres may run a subquery again for every row, and lock other rows each time.
    const rows = await database
      .with('due', () => due)
      .updateTable('oauth_session')
      .set({ next_refresh_at: database.now(CLAIM_SECONDS) })
      .where('id', 'in', eb => eb.selectFrom('due').select('due.id'))
      .where('status', '=', 'active')
      .returning([
        'id',
        'generation',
        'issuer',
        'kid',
        'attempt_state',
        'failures',
        'refreshed_at',
        'last_used_at',
      ])
      .returning([database.now().as('claimed_at'), database.now(-RECENT_USE_MS / 1000).as('recently')])
      .execute();
    return rows.map(({ refreshed_at, last_used_at, claimed_at, recently, ...row }) => ({
      ...row,
      refreshedAt: new Date(refreshed_at),
      claimedAt: new Date(claimed_at),
      inUse: (last_used_at ?? refreshed_at) >= recently,
    }));
  }

  /** Counts the due sessions that no worker has claimed. Served by the same index. */
  async countDue(): Promise<number> {
    const { due } = await this.database
      .selectFrom('oauth_session')
      .select(({ fn }) => fn.countAll<number | string>().as('due'))
      .where('status', '=', 'active')
      .where('next_refresh_at', '<=', this.database.now())
      .executeTakeFirstOrThrow();
    return Number(due);
  }

  /** Postpones a session, unless it has changed since it was claimed. */
  async postpone({ id, generation }: DueSession, until: Date): Promise<void> {
    await this.database
      .updateTable('oauth_session')
      .set({ next_refresh_at: toTimestamp(until) })
      .where('id', '=', id)
      .where('generation', '=', generation)
      .where('status', '=', 'active')
      .execute();
  }
}
