import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import { wroteRow } from '../connection/written-rows.ts';
import { Database } from '../connection/database.ts';
import type { InstallationTable } from '../tables/installation.ts';
import type { Schema } from '../tables/schema.ts';
import type { Timestamp } from '../tables/timestamp.ts';
import type { HomeFacts } from '../engine/home-facts.ts';

/** The process that was seen last. */
export type LastAlive = { readonly owner: string; readonly seenAt: Timestamp };

/** The row that says where the database lives. */
@Injectable()
export class HomeRepository {
  constructor(private readonly database: Database) {}

  find(database: Kysely<Schema> = this.database): Promise<Selectable<InstallationTable> | undefined> {
    return database.selectFrom('installation').selectAll().executeTakeFirst();
  }

  /** Stores the home, unless another process has. */
  async insert(facts: HomeFacts, database: Kysely<Schema>): Promise<void> {
    await database
      .insertInto('installation')
      .values({ id: 'this', home: JSON.stringify(facts), settled_at: this.database.now() })
      .onConflict(conflict => conflict.doNothing())
      .execute();
  }

  /** Adds facts that were not known before. */
  async writeFacts(facts: HomeFacts, database: Kysely<Schema>): Promise<void> {
    await database
      .updateTable('installation')
      .set({ home: JSON.stringify(facts) })
      .execute();
  }

  /** Moves the home. Returns whether this call did it, and no other process. */
  move(
    { home, settled_at }: Selectable<InstallationTable>,
    facts: HomeFacts,
    database: Kysely<Schema>,
  ): Promise<boolean> {
    const now = this.database.now();
    return wroteRow(
      database
        .updateTable('installation')
        .set({
          home: JSON.stringify(facts),
          settled_at: now,
          restored_at: now,
          restored_from: home,
          restored_sessions: null,
        })
        .where('settled_at', '=', settled_at),
    );
  }

  /** Stores how many sessions a restore put in doubt, unless another process has. Returns whether it did. */
  writeRestoredSessions(sessions: number, restoredAt: Timestamp): Promise<boolean> {
    return wroteRow(
      this.database
        .updateTable('installation')
        .set({ restored_sessions: sessions })
        .where('restored_at', '=', restoredAt)
        .where('restored_sessions', 'is', null),
    );
  }

  /** Returns the process that was seen last on this database, which may be a copy. */
  async findLastAlive(database: Kysely<Schema>): Promise<LastAlive | undefined> {
    const row = await database
      .selectFrom('instance')
      .select(['owner', 'seen_at'])
      .orderBy('seen_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && { owner: row.owner, seenAt: row.seen_at };
  }
}
