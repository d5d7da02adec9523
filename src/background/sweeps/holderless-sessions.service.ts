import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database } from '../../database/connection/database.ts';
import { BEFORE_ALL_SESSIONS, type SessionId } from '../../database/tables/id.ts';
import { SessionRevocation } from '../../sessions/endings/session-revocation.service.ts';
import { HolderlessSessionRepository } from './holderless-session.repository.ts';

/** So many sessions are looked at in one statement: SQLite lets nobody else have a turn meanwhile. */
const LOOKED_AT = 200;

/** Ends the sessions that nothing holds any more, so that grants never pile up at a PDS. */
@Injectable()
export class HolderlessSessions {
  /** The session up to which the table was looked through. */
  private cursor = BEFORE_ALL_SESSIONS;

  constructor(
    private readonly database: Database,
    private readonly holderlessSessionRows: HolderlessSessionRepository,
    private readonly sessionRevocation: SessionRevocation,
  ) {}

  /** Ends up to `limit` sessions, going on where the last sweep stopped; answers how many. */
  async sweep(limit: number): Promise<number> {
    let [ended, rounds] = [0, this.cursor === BEFORE_ALL_SESSIONS ? 1 : 2];
    while (ended < limit && rounds > 0) {
      const { ids, last } = await this.holderlessSessionRows.lookAfter(this.cursor, LOOKED_AT);
      const locked = ids.length > 0 ? await this.endAmong(ids, limit - ended) : [];
      ended += locked.length;
      this.cursor = (ended < limit ? last : locked.at(-1)) ?? BEFORE_ALL_SESSIONS;
      if (last === undefined) rounds--;
      await turn();
    }
    return ended;
  }

  private async endAmong(ids: readonly SessionId[], limit: number): Promise<SessionId[]> {
    const locked = await this.database.transaction().execute(async transaction => {
      const found = await this.holderlessSessionRows.lock(ids, limit, transaction);
      for (const id of found) await this.sessionRevocation.markRevoking(id, transaction);
      return found;
    });
    await Promise.all(locked.map(id => this.sessionRevocation.revokeMarked(id)));
    return locked;
  }
}
