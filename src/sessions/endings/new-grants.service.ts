import { Injectable } from '@nestjs/common';
import { Database } from '../../database/connection/database.ts';
import { CommitInDoubt } from '../../database/connection/settled-transactions.ts';
import { newId, SessionId } from '../../database/tables/id.ts';
import type { SessionPurpose } from '../../database/tables/oauth-session.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import { Grants } from '../../oauth/refresh/grants.service.ts';
import { Log } from '../../observability/log/log.ts';
import type { NewGrant } from '../stored/new-grant.ts';
import { SessionRepository } from '../stored/session.repository.ts';
import { SessionRevocation } from './session-revocation.service.ts';
import { UnstoredGrants } from './unstored-grants.service.ts';

/**
 * Stores grants as soon as they are received, as sessions without a holder. The transaction that adds the holder adopts
 * the session. If it never commits, be it for a crash or a COMMIT in doubt, the sweep of sessions without a holder
 * revokes the grant. So no grant is ever without a row, and none is revoked on doubt.
 */
@Injectable()
export class NewGrants {
  constructor(
    private readonly database: Database,
    private readonly sessionRows: SessionRepository,
    private readonly sessionRevocation: SessionRevocation,
    private readonly grants: Grants,
    private readonly unstoredGrants: UnstoredGrants,
    private readonly log: Log,
  ) {}

  /** Stores a grant. If that fails, nothing can adopt the grant: it is revoked, or in doubt stored as one to revoke. */
  async store(grant: Grant, purpose: SessionPurpose): Promise<NewGrant> {
    const newGrant = { id: newId(SessionId), grant };
    try {
      await this.database.transact(transaction =>
        this.sessionRows.insertUnheld(newGrant, purpose, transaction),
      );
      return newGrant;
    } catch (error) {
      if (error instanceof CommitInDoubt) this.unstoredGrants.deliver({ ...newGrant, purpose });
      else await this.revokeUnstored(newGrant, purpose);
      throw error;
    }
  }

  /**
   * Revokes a grant that its flow does not use, unless its session has a holder after all: a COMMIT in doubt may have
   * come through. A failure is logged and left to the sweep.
   */
  async abandon({ id, grant }: NewGrant): Promise<void> {
    try {
      const isMarked = await this.database.transact(transaction =>
        this.sessionRevocation.markRevokingUnlessHeld(id, transaction),
      );
      if (isMarked) await this.sessionRevocation.revokeMarked(id);
    } catch (error) {
      this.log.discardFailed({ did: grant.did }, error);
    }
  }

  /** Revokes a grant without a row. If that fails too, keeps it as one to revoke. */
  private async revokeUnstored(newGrant: NewGrant, purpose: SessionPurpose): Promise<void> {
    try {
      await this.grants.revoke(newGrant.grant);
    } catch (error) {
      this.log.discardFailed({ did: newGrant.grant.did }, error);
      this.unstoredGrants.deliver({ ...newGrant, purpose });
    }
  }
}
