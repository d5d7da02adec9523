import { Injectable } from '@nestjs/common';
import { Database } from '../database/connection/database.ts';

/** A process of the broker. `readAt` is the database's time of the read. */
export type RunningInstance = {
  readonly owner: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  readonly readAt: Date;
};

/** `cursor` is the last name of the previous page. */
export type InstanceQuery = { readonly cursor?: string | undefined; readonly limit: number };

/** The running processes of the broker and their heartbeats, timed by the database's clock. */
@Injectable()
export class InstanceRepository {
  constructor(private readonly database: Database) {}

  async writeHeartbeat(owner: string): Promise<void> {
    const now = this.database.now();
    await this.database
      .insertInto('instance')
      .values({ owner, started_at: now, seen_at: now })
      .onConflict(conflict => conflict.column('owner').doUpdateSet({ seen_at: now }))
      .execute();
  }

  /** Lists processes by name, with the time of the read. */
  async list({ cursor = '', limit }: InstanceQuery): Promise<RunningInstance[]> {
    const rows = await this.database
      .selectFrom('instance')
      .selectAll()
      .select(this.database.now().as('read_at'))
      .where('owner', '>', cursor)
      .orderBy('owner')
      .limit(limit)
      .execute();
    return rows.map(({ owner, started_at, seen_at, read_at }) => ({
      owner,
      startedAt: new Date(started_at),
      seenAt: new Date(seen_at),
      readAt: new Date(read_at),
    }));
  }

  /** Returns whether an owner wrote a heartbeat within `seconds`. */
  async isSeenWithin(owner: string, seconds: number): Promise<boolean> {
    const row = await this.database
      .selectFrom('instance')
      .select('owner')
      .where('owner', '=', owner)
      .where('seen_at', '>', this.database.now(-seconds))
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Deletes the row of an owner that has ended and left nothing undone. */
  async remove(owner: string): Promise<void> {
    await this.database.deleteFrom('instance').where('owner', '=', owner).execute();
  }

  /** Deletes the rows of owners without a heartbeat within `seconds`. */
  async removeSilent(seconds: number): Promise<void> {
    await this.database.deleteFrom('instance').where('seen_at', '<=', this.database.now(-seconds)).execute();
  }
}
