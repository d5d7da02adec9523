import { Injectable } from '@nestjs/common';
import { Database } from '../../database/connection/database.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import { RECENT_USE_MS } from '../../sessions/stored/refresh-policy.ts';
import type { SessionRow } from '../../sessions/stored/session-row.ts';

/** A session that a worker took upon itself to look at. */
export type DueSession = Pick<
  SessionRow,
  'id' | 'generation' | 'issuer' | 'kid' | 'attempt_state' | 'failures'
> & {
  readonly refreshedAt: Date;
  readonly claimedAt: Date;
  /** Whether it was used within a day, or failed to be refreshed since it was. */
  readonly inUse: boolean;
};

const CLAIM_SECONDS = 120;

/** The sessions whose time has come. */
@Injectable()
export class DueSessionRepository {
  constructor(private readonly database: Database) {}

  /**
   * Claims the sessions that are due, or will be within so many seconds, those due longest first; no other worker sees
   * them for two minutes. One whose refresh failed is left alone until its back-off is over.
   *
   * Served by the index on (status, next_refresh_at).
   *
   * @param after goes by id instead, from behind this one
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
    // In a WITH, which is run once: Postgres may run a subquery again for every row, and lock other rows each time.
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

  /** Counts the active sessions whose time has come and that no worker has claimed. Served by the same index. */
  async countDue(): Promise<number> {
    const { due } = await this.database
      .selectFrom('oauth_session')
      .select(({ fn }) => fn.countAll<number | string>().as('due'))
      .where('status', '=', 'active')
      .where('next_refresh_at', '<=', this.database.now())
      .executeTakeFirstOrThrow();
    return Number(due);
  }

  /** Puts a session that nobody uses off, unless something happened to it since it was claimed. */
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
