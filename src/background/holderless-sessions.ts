import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { Endings } from '../sessions/endings.service.ts';
import { HolderlessSessionRepository } from './holderless-session.repository.ts';

/** Ends the sessions that nothing holds any more, so that grants never pile up at a PDS. */
@Injectable()
export class HolderlessSessions {
  constructor(
    private readonly database: Database,
    private readonly holderless: HolderlessSessionRepository,
    private readonly endings: Endings,
  ) {}

  /** Ends up to `limit` sessions, all at once; answers how many. */
  async sweep(limit: number): Promise<number> {
    const ids = await this.database.transaction().execute(async transaction => {
      const locked = await this.holderless.lock(limit, transaction);
      for (const id of locked) await this.endings.begin(id, transaction);
      return locked;
    });
    await Promise.all(ids.map(id => this.endings.finish(id)));
    return ids.length;
  }
}
