import { Injectable } from '@nestjs/common';
import type { SessionReason } from '../../database/tables/oauth-session.ts';
import type { AttemptId } from '../../database/tables/id.ts';
import { Log } from '../../observability/log/log.ts';
import { PersistentWrites } from '../../single-use/persistent-writes.service.ts';
import { databaseTime, type LiveSession, SessionCache } from '../stored/session.cache.ts';
import { SessionListeners } from '../stored/session-listeners.service.ts';
import type { AttemptKey } from '../stored/session.ts';
import { SessionRepository } from '../stored/session.repository.ts';
import { isInCheck } from '../stored/session-standing.ts';

/** Reasons that say that the refresh token was spent or is not accepted. */
const SPENT: readonly SessionReason[] = ['revoked', 'response_lost'];

/** Moves sessions that only their owners can renew to `needs_reauth`. */
@Injectable()
export class Reauthentication {
  constructor(
    private readonly sessionRows: SessionRepository,
    private readonly sessionCache: SessionCache,
    private readonly sessionListeners: SessionListeners,
    private readonly persistentWrites: PersistentWrites,
    private readonly log: Log,
  ) {}

  /** Marks the session `needs_reauth` if generation and attempt are still current, and tells the session's holders. */
  async require(session: LiveSession, attemptId: AttemptId, cause: SessionReason): Promise<void> {
    const { id, did, generation } = session;
    const key = { sessionId: id, generation, attemptId };
    const reason = reasonOf(session, cause);
    if (reason === 'in-check') {
      await this.persistentWrites.untilWritten(() => this.sessionRows.putInCheck(key));
      this.sessionCache.forget(id);
      return;
    }
    if (await this.mark(key, reason)) await this.announce({ id, did }, reason);
  }

  /** Tells the holders of a session that it is `needs_reauth`. */
  async announce({ id, did }: Pick<LiveSession, 'id' | 'did'>, reason: SessionReason): Promise<void> {
    this.sessionCache.forget(id);
    this.log.sessionNeedsReauth({ did, sessionId: id, reason });
    await this.persistentWrites.untilWritten(() =>
      this.sessionListeners.announceNeedsReauth({ id, did, reason }),
    );
  }

  /** Returns whether the session is marked. A try that failed may have been applied: then the row tells. */
  private mark(key: AttemptKey, reason: SessionReason): Promise<boolean> {
    let hasFailed = false;
    return this.persistentWrites.untilWritten(async () => {
      try {
        const isMarked = await this.sessionRows.markNeedsReauth(key, reason);
        return isMarked || (hasFailed && (await this.isMarked(key, reason)));
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    });
  }

  private async isMarked({ sessionId, generation }: AttemptKey, expected: SessionReason): Promise<boolean> {
    const session = await this.sessionRows.findSession(sessionId);
    if (session?.status !== 'needs_reauth' || session.reason !== expected) return false;
    return session.generation === generation + 1;
  }
}

/**
 * A rolled-back session whose token proves to be spent lost its newest state with the rollback. Another instance may have
 * that state in its journal, and gets some minutes to put it back.
 */
function reasonOf(session: LiveSession, cause: SessionReason): SessionReason | 'in-check' {
  if (session.rolledBackAt === null || !SPENT.includes(cause)) return cause;
  return isInCheck(session, databaseTime(session)) ? 'in-check' : 'restored';
}
