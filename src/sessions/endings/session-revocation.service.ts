import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Schema } from '../../database/tables/schema.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { ClockGuard } from '../../leases/clock/clock-guard.service.ts';
import { Grants } from '../../oauth/refresh/grants.service.ts';
import { Log } from '../../observability/log/log.ts';
import { SessionCache } from '../stored/session.cache.ts';
import { SessionListeners } from '../stored/session-listeners.service.ts';
import { SessionRepository } from '../stored/session.repository.ts';
import { runConcurrently } from '../../waiting/run-concurrently.ts';
import { withinTime } from '../../waiting/within-time.ts';

/** How long the caller waits for the issuer. The request itself goes on. */
const PATIENCE_MS = 5_000;

/** Issuers that do not answer delay the others by the patience for one of them. */
const REVOCATIONS_AT_ONCE = 32;

/**
 * Revokes sessions in steps, so that a crash between them loses nothing: the mark is committed first, then the issuer
 * revokes the grant, and only then is the refresh token erased.
 */
@Injectable()
export class SessionRevocation {
  /** Sessions whose issuers are asked now, by this process. */
  private readonly underWay = new Set<SessionId>();

  constructor(
    private readonly sessionRows: SessionRepository,
    private readonly sessionCache: SessionCache,
    private readonly grants: Grants,
    private readonly sessionListeners: SessionListeners,
    private readonly clockGuard: ClockGuard,
    private readonly log: Log,
  ) {}

  /** Retries up to `limit` revocations that failed before, in any process. Returns how many succeeded. */
  async retryRevocations(limit: number): Promise<number> {
    const ids = await this.sessionRows.listRevoking(limit);
    const results = await runConcurrently(ids, REVOCATIONS_AT_ONCE, id =>
      withinTime(PATIENCE_MS, this.revoke(id), false),
    );
    return results.filter(Boolean).length;
  }

  /** Marks a session `revoking`, in the transaction that removes its last holder. Returns whether this call did. */
  markRevoking(id: SessionId, database: Kysely<Schema>): Promise<boolean> {
    return this.sessionRows.markRevoking(id, database);
  }

  /**
   * Marks a session `revoking` unless it has a holder left, in the transaction that removed one. Returns whether it did:
   * the caller then calls {@link revokeMarked} after the commit.
   */
  async markRevokingUnlessHeld(id: SessionId, transaction: Kysely<Schema>): Promise<boolean> {
    await this.sessionRows.lockSession(id, transaction);
    // A holder whose age is not confirmed still counts. The sweeper revokes the session later.
    return this.sessionRows.markRevokingUnheld(id, this.clockGuard.confirmedTimeNow(), transaction);
  }

  /** Revokes a marked session at its issuer. Resolves when that succeeded, failed, or took 5 s. */
  async revokeMarked(id: SessionId): Promise<void> {
    this.sessionCache.forget(id);
    this.sessionListeners.announceSessionOver(id);
    await withinTime(PATIENCE_MS, this.revoke(id), undefined);
  }

  /**
   * A failure is logged and leaves mark and refresh token as they are, for a retry. A session has one request at a time:
   * each new one to an issuer that never answers would keep another socket.
   */
  private async revoke(id: SessionId): Promise<boolean> {
    if (this.underWay.has(id)) return false;
    this.underWay.add(id);
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
    } finally {
      this.underWay.delete(id);
    }
  }
}
