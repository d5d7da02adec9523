import { Injectable } from '@nestjs/common';
import { Grants } from '../../oauth/refresh/grants.service.ts';
import { Log } from '../../observability/log/log.ts';
import { AnswerSpool, type SpooledAnswer } from './answer-spool.service.ts';
import { AttemptRepository } from './attempt.repository.ts';
import { Deliveries } from '../../single-use/deliveries.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { SessionCache, toLive } from '../stored/session.cache.ts';
import { TokenProbe } from '../pds/token-probe.service.ts';
import { type RefreshedGrant, toRefreshedGrant } from './refreshed-grant.ts';
import { SessionRepository, type StoredSession } from '../stored/session.repository.ts';

/**
 * How storing an answer ended. `superseded`: its session was ended or reconnected meanwhile. `spooled`: this process
 * ends, and the next one finds the answer on disk.
 */
export type StoringResult = 'stored' | 'superseded' | 'spooled';

/** Stores the answers of sessions, however long the database is away. */
@Injectable()
export class AnswerStore extends Deliveries<SpooledAnswer, StoringResult> {
  constructor(
    private readonly attemptRows: AttemptRepository,
    private readonly sessionRows: SessionRepository,
    private readonly sessionCache: SessionCache,
    private readonly grants: Grants,
    private readonly tokenProbe: TokenProbe,
    answerSpool: AnswerSpool,
    shutdown: Shutdown,
    log: Log,
  ) {
    super(answerSpool, shutdown, log);
  }

  /** Stores an answer. If its session was ended or reconnected meanwhile, the answer is revoked at the issuer. */
  protected async storeOnce(answer: SpooledAnswer): Promise<StoringResult> {
    const session = await this.sessionRows.findSession(answer.sessionId);
    if (session?.secrets && awaitsAnswer(session)) {
      const { tokens, pds, sentAt } = answer;
      const grant = toRefreshedGrant(session, session.secrets, { tokens, pds, sentAt: new Date(sentAt) });
      const isSpent = session.status !== 'active' && (await this.isDead(session, grant));
      if (!isSpent && (await this.attemptRows.storeAnswer(answer, session, grant))) {
        this.sessionCache.forget(session.id);
        if (session.status !== 'active')
          this.log.sessionRecovered({ did: session.did, sessionId: session.id });
        return 'stored';
      }
    }
    const current = await this.sessionRows.findSession(answer.sessionId);
    if (current && isOfSameGrant(current, answer)) return 'stored';
    await this.revoke(answer);
    return 'superseded';
  }

  protected reportTrouble({ sessionId }: SpooledAnswer, error: unknown): void {
    this.log.answerNotStored({ sessionId }, error);
  }

  /**
   * Returns whether a session that was given up cannot live on this late answer: its refresh token was sent again in
   * the meantime, which made the issuer end the session.
   */
  private async isDead(session: StoredSession, grant: RefreshedGrant): Promise<boolean> {
    const renewed = toLive({ ...session, pds: grant.pds }, grant, performance.now());
    return (await this.tokenProbe.probeToken(renewed)) === 'dead';
  }

  private async revoke({ tokens, sessionId, ...grant }: SpooledAnswer): Promise<void> {
    try {
      await this.grants.revoke({ ...grant, ...tokens });
    } catch (error) {
      this.log.revocationFailed({ sessionId }, error);
    }
  }
}

/**
 * Returns whether a session with a later generation came from this answer. A generation has one successor, so it did, unless
 * the session was ended or reconnected since. Revoking an answer that was refreshed further would end the live session.
 */
function isOfSameGrant({ status, grantedAt, generation }: StoredSession, answer: SpooledAnswer): boolean {
  return status === 'active' && grantedAt <= new Date(answer.sentAt) && generation > answer.generation;
}

/** Returns whether a session can use an answer. One that another process gave up for lack of an answer can. */
function awaitsAnswer({ status, reason }: StoredSession): boolean {
  return status === 'active' || (status === 'needs_reauth' && reason === 'response_lost');
}
