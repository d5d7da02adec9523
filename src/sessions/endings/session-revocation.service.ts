import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Schema } from '../../database/tables/schema.ts';
import { Grants } from '../../oauth/refresh/grants.service.ts';
import { Log } from '../../observability/log/log.ts';
import { SessionCache } from '../stored/session.cache.ts';
import { SessionListeners } from '../stored/session-listeners.service.ts';
import { SessionRepository } from '../stored/session.repository.ts';
import { withinTime } from '../../waiting/within-time.ts';

/** How long the one who ends a session waits for its issuer; the request itself goes on. */
const PATIENCE_MS = 5_000;

/**
 * Ends sessions in two steps, so that a crash between them loses nothing: the mark is committed first, then the
 * issuer is told, and only then is the refresh token erased that it was told with.
 */
@Injectable()
export class SessionRevocation {
  constructor(
    private readonly sessionRows: SessionRepository,
    private readonly sessionCache: SessionCache,
    private readonly grants: Grants,
    private readonly sessionListeners: SessionListeners,
    private readonly log: Log,
  ) {}

  /** Tries again what could not be ended before, by this process or an earlier one; answers how many are ended now. */
  async retryRevocations(limit: number): Promise<number> {
    let ended = 0;
    for (const id of await this.sessionRows.listRevoking(limit)) {
      const done = await withinTime(PATIENCE_MS, this.revoke(id), false);
      if (done) ended++;
    }
    return ended;
  }

  /** Marks a session to be revoked, in the transaction that takes its last holder away; answers whether this call did it. */
  markRevoking(id: string, database: Kysely<Schema>): Promise<boolean> {
    return this.sessionRows.markRevoking(id, database);
  }

  /**
   * As {@link markRevoking}, in the transaction that has just taken one holder away, unless another one is left; answers whether
   * the session is to be finished.
   */
  async markRevokingUnlessHeld(id: string, transaction: Kysely<Schema>): Promise<boolean> {
    await this.sessionRows.lockSession(id, transaction);
    return this.sessionRows.markRevokingUnheld(id, transaction);
  }

  /** Revokes a marked session at its issuer; resolves when that is done, or is taking long, or has failed. */
  async revokeMarked(id: string): Promise<void> {
    this.sessionCache.forget(id);
    this.sessionListeners.announceSessionOver(id);
    await withinTime(PATIENCE_MS, this.revoke(id), undefined);
  }

  /** A failure is logged and leaves mark and refresh token as they are, so that it can be tried again. */
  private async revoke(id: string): Promise<boolean> {
    try {
      const session = await this.sessionRows.findSession(id);
      if (session?.status !== 'revoking' || !session.secrets) return false;
      await this.grants.revoke({ ...session, ...session.secrets });
      await this.sessionRows.eraseSecrets(id);
      this.log.sessionRevoked({ did: session.did, sessionId: id });
      return true;
    } catch (error) {
      this.log.revocationFailed({ sessionId: id }, error);
      return false;
    }
  }
}
