import { Injectable } from '@nestjs/common';
import type { Timestamp } from '../tables/timestamp.ts';
import { HomeRepository } from './home.repository.ts';

/** A restore that the operator accepted. */
export type Restoration = {
  readonly restoredAt: Timestamp;
  /** How many sessions were put in doubt. Null until all of them are. */
  readonly sessions: number | null;
};

/** Tells whether the database was restored. */
@Injectable()
export class Home {
  constructor(private readonly homeRows: HomeRepository) {}

  /** Returns the last restore that was accepted. */
  async findRestoration(): Promise<Restoration | undefined> {
    const row = await this.homeRows.find();
    if (!row?.restored_at) return undefined;
    return { restoredAt: row.restored_at, sessions: row.restored_sessions };
  }

  /** Says that all sessions are in doubt that a restore concerns. */
  async finishDoubts({ restoredAt }: Restoration, sessions: number): Promise<void> {
    await this.homeRows.writeRestoredSessions(sessions, restoredAt);
  }
}
