import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';

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
    const { numInsertedOrUpdatedRows = 0n } = await this.database
      .insertInto('lease')
      .values({ name, owner, until })
      .onConflict(conflict =>
        conflict
          .column('name')
          .doUpdateSet({ owner, until })
          .where(eb => eb.or([eb('lease.until', '<=', this.database.now()), eb('lease.owner', '=', owner)])),
      )
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows > 0n;
  }

  /** Gives the lease back; answers whether the owner still held it. */
  async release(name: string, owner: string): Promise<boolean> {
    const { numDeletedRows } = await this.database
      .deleteFrom('lease')
      .where('name', '=', name)
      .where('owner', '=', owner)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }
}
