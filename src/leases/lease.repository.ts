import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Database } from '../database/connection/database.ts';
import { wroteRow } from '../database/connection/written-rows.ts';
import type { Schema } from '../database/tables/schema.ts';
import { CLOCK_TOLERANCE_MS } from './clock/clock-trust.ts';

/** A lease that was acquired and is not released yet. */
export type HeldLease = {
  readonly name: string;
  readonly owner: string;
  readonly until: Date;
  readonly isOver: boolean;
};

/** `cursor` is the last name of the previous page. */
export type LeaseQuery = { readonly cursor?: string | undefined; readonly limit: number };

/** Named leases, timed by the database's clock alone. */
@Injectable()
export class LeaseRepository {
  constructor(private readonly database: Database) {}

  /**
   * Acquires the lease if it is free or has expired, and extends it for its owner. A lease that would last longer than
   * `seconds` was acquired before the database's clock went back, and counts as expired.
   *
   * Returns whether the owner holds it now, until `seconds` after the database's time.
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
              eb.or([
                eb('lease.until', '<=', this.database.now()),
                eb('lease.until', '>', this.database.now(seconds + CLOCK_TOLERANCE_MS / 1000)),
                eb('lease.owner', '=', owner),
              ]),
            ),
        ),
    );
  }

  /**
   * Makes a transaction wait for every other one that holds the same name, and holds the name until its end. The row is
   * deleted at once, so no reader sees it: other transactions wait for its key in the index.
   */
  async holdWithin(transaction: Transaction<Schema>, name: string, owner: string): Promise<void> {
    await transaction.insertInto('lease').values({ name, owner, until: this.database.now() }).execute();
    await transaction.deleteFrom('lease').where('name', '=', name).execute();
  }

  /** Lists leases by name. */
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

  /** Releases the lease. Returns whether the owner still held it. */
  async release(name: string, owner: string): Promise<boolean> {
    return wroteRow(this.database.deleteFrom('lease').where('name', '=', name).where('owner', '=', owner));
  }
}
