import { Inject } from '@nestjs/common';
import { Database } from '../../../src/database/connection/database.ts';
import type { TransactionWork } from '../../../src/database/connection/settled-transactions.ts';
import { Grants } from '../../../src/oauth/refresh/grants.service.ts';
import { NewGrants } from '../../../src/sessions/endings/new-grants.service.ts';
import type { NewGrant } from '../../../src/sessions/stored/new-grant.ts';

/** A COMMIT without an answer counts as failed. */
export class UnsettledDatabase extends Database {
  override transact<Result>(work: TransactionWork<Result>): Promise<Result> {
    return this.transaction().execute(transaction => work(transaction));
  }
}

/** A grant whose storing failed is revoked, whether it is stored or not. */
export class RevokingGrants extends NewGrants {
  @Inject(Grants) readonly issuers!: Grants;

  override abandon({ grant }: NewGrant): Promise<void> {
    return this.issuers.revoke(grant);
  }
}
