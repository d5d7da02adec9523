import { Injectable } from '@nestjs/common';
import { Database } from '../../database/connection/database.ts';
import { type NamedPermissionSet, readPermissionSet, toPermissionSetLexicon } from './permission-set.ts';

/** A permission set as it was last read from its authority. */
export type StoredPermissionSet = NamedPermissionSet & {
  /** Time since that reading, by the database's clock. */
  readonly ageMs: number;
};

/** The last good copy of each permission set, shared by all instances. */
@Injectable()
export class PermissionSetRepository {
  constructor(private readonly database: Database) {}

  async find(nsid: string): Promise<StoredPermissionSet | undefined> {
    const row = await this.database
      .selectFrom('permission_set')
      .select(['document', 'resolved_at', this.database.now().as('read_at')])
      .where('nsid', '=', nsid)
      .executeTakeFirst();
    if (!row) return undefined;
    // A copy from the future is no fresher: the database's clock went back.
    const ageMs = Math.abs(Date.parse(row.read_at) - Date.parse(row.resolved_at));
    return { ...readPermissionSet(JSON.parse(row.document)), ageMs };
  }

  async store(named: NamedPermissionSet): Promise<void> {
    const copy = {
      document: JSON.stringify(toPermissionSetLexicon(named)),
      resolved_at: this.database.now(),
    };
    await this.database
      .insertInto('permission_set')
      .values({ nsid: named.nsid, ...copy })
      .onConflict(conflict => conflict.column('nsid').doUpdateSet(copy))
      .execute();
  }
}
