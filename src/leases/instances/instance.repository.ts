import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import { Database } from '../../database/connection/database.ts';
import { wroteRow } from '../../database/connection/written-rows.ts';
import type { InstanceTable, SpoolState } from '../../database/tables/instance.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { type Timestamp, toDate, toTimestamp } from '../../database/tables/timestamp.ts';

/** A process of the broker. `readAt` is the database's time of the read. */
export type RunningInstance = {
  readonly owner: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  readonly spoolState: SpoolState | null;
  readonly givenUpAt: Date | null;
  readonly readAt: Date;
};

/** `cursor` is the last name of the previous page. */
export type InstanceQuery = { readonly cursor?: string | undefined; readonly limit: number };

/** The processes of the broker and their heartbeats, timed by the database's clock. */
@Injectable()
export class InstanceRepository {
  constructor(private readonly database: Database) {}

  /** Inserts the row of a process that starts, or takes over that of its earlier run. Returns the time of the start. */
  async writeStart(owner: string, spoolState: SpoolState): Promise<Timestamp> {
    const now = this.database.now();
    const row = { started_at: now, seen_at: now, spool_state: spoolState, given_up_at: null };
    const { started_at } = await this.database
      .insertInto('instance')
      .values({ owner, ...row })
      .onConflict(conflict => conflict.column('owner').doUpdateSet(row))
      .returning('started_at')
      .executeTakeFirstOrThrow();
    return started_at;
  }

  /** Inserts the row again if another process has removed it. Returns when the last process with this name started. */
  async writeHeartbeat(owner: string, startedAt: Timestamp, spoolState: SpoolState): Promise<Timestamp> {
    const seen = { seen_at: this.database.now(), spool_state: spoolState, given_up_at: null };
    const { started_at } = await this.database
      .insertInto('instance')
      .values({ owner, started_at: startedAt, ...seen })
      .onConflict(conflict => conflict.column('owner').doUpdateSet(seen))
      .returning('started_at')
      .executeTakeFirstOrThrow();
    return started_at;
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
    return rows.map(toInstance);
  }

  async find(owner: string): Promise<RunningInstance | undefined> {
    const row = await this.database
      .selectFrom('instance')
      .selectAll()
      .select(this.database.now().as('read_at'))
      .where('owner', '=', owner)
      .executeTakeFirst();
    return row && toInstance(row);
  }

  /** Lists the processes with a heartbeat within `seconds`. */
  async listAlive(seconds: number, database: Kysely<Schema>): Promise<string[]> {
    const rows = await database
      .selectFrom('instance')
      .select('owner')
      .where('seen_at', '>', this.database.now(-seconds))
      .orderBy('owner')
      .execute();
    return rows.map(({ owner }) => owner);
  }

  /** Declares a process without a heartbeat within `seconds` gone. Returns whether it was silent and not given up yet. */
  giveUp(owner: string, seconds: number, database: Kysely<Schema>): Promise<boolean> {
    return wroteRow(
      database
        .updateTable('instance')
        .set({ given_up_at: this.database.now() })
        .where('owner', '=', owner)
        .where('given_up_at', 'is', null)
        .where('seen_at', '<=', this.database.now(-seconds)),
    );
  }

  /** Deletes the row of an owner that has ended and holds no answer. */
  async remove(owner: string): Promise<void> {
    await this.database.deleteFrom('instance').where('owner', '=', owner).execute();
  }

  /** Deletes the row of an owner unless it has written a heartbeat since. */
  async removeUnseenSince(owner: string, seenAt: Date): Promise<void> {
    await this.database
      .deleteFrom('instance')
      .where('owner', '=', owner)
      .where('seen_at', '=', toTimestamp(seenAt))
      .execute();
  }
}

function toInstance(row: Selectable<InstanceTable> & { readonly read_at: string }): RunningInstance {
  return {
    owner: row.owner,
    startedAt: new Date(row.started_at),
    seenAt: new Date(row.seen_at),
    spoolState: row.spool_state,
    givenUpAt: toDate(row.given_up_at),
    readAt: new Date(row.read_at),
  };
}
