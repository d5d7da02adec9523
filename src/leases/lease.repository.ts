import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Database } from '../database/connection/database.ts';
import { wroteRow } from '../database/connection/written-rows.ts';
import type { Schema } from '../database/tables/schema.ts';

/** A lease that somebody took and did not give back yet. */
export type HeldLease = {
  readonly name: string;
  readonly owner: string;
  readonly until: Date;
  readonly isOver: boolean;
};

/** `cursor` is the last name of the page before. */
export type LeaseQuery = { readonly cursor?: string | undefined; readonly limit: number };

/** Named leases, timed by the database's clock alone. */
@Injectable()
export class LeaseRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes the lease when it is free or has run out, and extends it for the owner who has it.
   *
   * Answers whether the owner holds it now, until `seconds` after the database's present time.
   */
  async acquire(name: string, owner: string, seconds: number): Promise<boolean> {
    const until = this.database.now(seconds);
    return wroteRow(
      this.database
        .insertInto('lease')
        .values({ name, owner, until })
        .onConflict(conflict =>
          conflict
            .column('name')
            .doUpdateSet({ owner, until })
            .where(eb =>
              eb.or([eb('lease.until', '<=', this.database.now()), eb('lease.owner', '=', owner)]),
            ),
        ),
    );
  }

  /**
   * Lets a transaction wait for every other one that holds the same name, and hold it until its own end. The row it
   * is done with is taken away at once, so that nobody ever sees it: the key in the index is what others wait for.
   */
  async holdWithin(transaction: Transaction<Schema>, name: string, owner: string): Promise<void> {
    await transaction.insertInto('lease').values({ name, owner, until: this.database.now() }).execute();
    await transaction.deleteFrom('lease').where('name', '=', name).execute();
  }

  /** Lists leases by their names, with the time of the reading. */
  async list({ cursor = '', limit }: LeaseQuery): Promise<HeldLease[]> {
    const rows = await this.database
      .selectFrom('lease')
      .selectAll()
      .select(this.database.now().as('read_at'))
      .where('name', '>', cursor)
      .orderBy('name')
      .limit(limit)
      .execute();
    return rows.map(({ name, owner, until, read_at }) => ({
      name,
      owner,
      until: new Date(until),
      isOver: until <= read_at,
    }));
  }

  /** Gives the lease back; answers whether the owner still held it. */
  async release(name: string, owner: string): Promise<boolean> {
    return wroteRow(this.database.deleteFrom('lease').where('name', '=', name).where('owner', '=', owner));
  }
}
