import { Injectable } from '@nestjs/common';
import { Grants } from '../../oauth/refresh/grants.service.ts';
import { Log } from '../../observability/log/log.ts';
import { AnswerSpool, type SpooledAnswer } from './answer-spool.service.ts';
import { AttemptRepository } from './attempt.repository.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { Deliveries } from '../../single-use/deliveries.ts';
import { SessionCache, toLive } from '../stored/session.cache.ts';
import { TokenProbe } from '../pds/token-probe.service.ts';
import { type RefreshedGrant, toRefreshedGrant } from './refreshed-grant.ts';
import { SessionRepository, type StoredSession } from '../stored/session.repository.ts';

/**
 * What became of an answer: it was stored; its session had meanwhile gone another way; the process ends, and the next
 * one finds it in the spool.
 */
export type StoringResult = 'stored' | 'superseded' | 'spooled';

/** Brings the answers of refreshes into the database, however long that takes. */
@Injectable()
export class AnswerStore {
  private readonly deliveries: Deliveries<SpooledAnswer, StoringResult>;

  constructor(
    private readonly attemptRows: AttemptRepository,
    private readonly sessionRows: SessionRepository,
    private readonly sessionCache: SessionCache,
    private readonly grants: Grants,
    private readonly tokenProbe: TokenProbe,
    private readonly log: Log,
    answerSpool: AnswerSpool,
    shutdown: Shutdown,
  ) {
    this.deliveries = new Deliveries({
      spool: answerSpool,
      closing: shutdown,
      storeOnce: answer => this.storeOnce(answer),
      onTrouble: ({ sessionId }, error) => {
        log.answerNotStored({ sessionId }, error);
      },
    });
  }

  /**
   * Stores an answer, and tries until it is stored; as soon as that takes long, the answer is on disk as well. One
   * whose session was logged out or reconnected meanwhile is revoked at the issuer, as nobody holds it.
   */
  async store(answer: SpooledAnswer): Promise<StoringResult> {
    try {
      return await this.deliveries.deliver(answer).stored;
    } finally {
      this.sessionCache.forget(answer.sessionId);
    }
  }

  /** Puts on disk whatever is not stored yet, for a process that ends now; answers whether all of it is safe. */
  spoolAll(): Promise<boolean> {
    return this.deliveries.spoolAll();
  }

  /** Stores what an earlier process had to leave on disk. A file that cannot be opened stays, and is an alarm. */
  replay(): Promise<number> {
    return this.deliveries.replay(error => {
      this.log.rowUnreadable(error);
    });
  }

  private async storeOnce(answer: SpooledAnswer): Promise<StoringResult> {
    const session = await this.sessionRows.findSession(answer.sessionId);
    if (session?.secrets && awaitsAnswer(session)) {
      const { tokens, pds, sentAt } = answer;
      const grant = toRefreshedGrant(session, session.secrets, { tokens, pds, sentAt: new Date(sentAt) });
      const isSpent = session.status !== 'active' && (await this.isDead(session, grant));
      if (!isSpent && (await this.attemptRows.storeAnswer(answer, session, grant))) {
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

  /**
   * Whether the answer that a session was given up for is worth nothing by now: its refresh token was sent again in
   * the meantime, by which an issuer ends the session.
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
 * Whether a session that is past this answer's generation got there through this answer: a generation has one
 * successor, so it did, unless the session was ended or was given a new grant since. Revoking an answer that has been
 * refreshed further would end the live session.
 */
function isOfSameGrant({ status, grantedAt, generation }: StoredSession, answer: SpooledAnswer): boolean {
  return status === 'active' && grantedAt <= new Date(answer.sentAt) && generation > answer.generation;
}

/** Whether an answer may be for a session: also for one that another process gave up because it had none. */
function awaitsAnswer({ status, reason }: StoredSession): boolean {
  return status === 'active' || (status === 'needs_reauth' && reason === 'response_lost');
}
