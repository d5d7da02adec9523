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

  /** Stores that every session of before a restore is in doubt. Returns whether this process was the first to do so. */
  finishDoubts({ restoredAt }: Restoration, sessions: number): Promise<boolean> {
    return this.homeRows.writeRestoredSessions(sessions, restoredAt);
  }
}
