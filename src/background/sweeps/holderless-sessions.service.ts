import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database } from '../../database/connection/database.ts';
import { BEFORE_ALL_SESSIONS, type SessionId } from '../../database/tables/id.ts';
import { SessionRevocation } from '../../sessions/endings/session-revocation.service.ts';
import { HolderlessSessionRepository } from './holderless-session.repository.ts';

/** Sessions per statement. SQLite blocks the whole process during a statement. */
const SESSIONS_PER_STATEMENT = 200;

/** Revokes sessions without a holder, so that unused grants do not accumulate at a PDS. */
@Injectable()
export class HolderlessSessions {
  /** The last session that this process has examined. */
  private cursor = BEFORE_ALL_SESSIONS;

  constructor(
    private readonly database: Database,
    private readonly holderlessSessionRows: HolderlessSessionRepository,
    private readonly sessionRevocation: SessionRevocation,
  ) {}

  /**
   * Revokes up to `limit` sessions that had no holder at `now`, starting where the last sweep stopped. Returns their
   * number.
   */
  async sweep(limit: number, now: Date): Promise<number> {
    let [ended, rounds] = [0, this.cursor === BEFORE_ALL_SESSIONS ? 1 : 2];
    while (ended < limit && rounds > 0) {
      const { ids, last } = await this.holderlessSessionRows.listSettledAfter(
        this.cursor,
        SESSIONS_PER_STATEMENT,
        now,
      );
      const locked = ids.length > 0 ? await this.revokeUnheld(ids, { limit: limit - ended, now }) : [];
      ended += locked.length;
      this.cursor = (ended < limit ? last : locked.at(-1)) ?? BEFORE_ALL_SESSIONS;
      if (last === undefined) rounds--;
      await turn();
    }
    return ended;
  }

  private async revokeUnheld(
    ids: readonly SessionId[],
    most: { readonly limit: number; readonly now: Date },
  ): Promise<SessionId[]> {
    const locked = await this.database.transact(async transaction => {
      const found = await this.holderlessSessionRows.lock(ids, most, transaction);
      for (const id of found) await this.sessionRevocation.markRevoking(id, transaction);
      return found;
    });
    await Promise.all(locked.map(id => this.sessionRevocation.revokeMarked(id)));
    return locked;
  }
}
