import { Injectable } from '@nestjs/common';
import { createDpopSigner } from '../oauth/dpop-proof.ts';
import { Grants } from '../oauth/grants.service.ts';
import { Log } from '../observability/log.ts';
import { AttemptRepository } from './attempt.repository.ts';
import { Closing } from './closing.ts';
import { TokenOracle } from './oracle.ts';
import { pause } from './pause.ts';
import { type RefreshedGrant, toRefreshedGrant } from './refreshed-grant.ts';
import { SessionRepository, type StoredSession } from './session.repository.ts';
import { Spool, type SpooledAnswer } from './spool.ts';

/** How long an answer waits for the database before it is put on disk. */
const SPOOL_AFTER_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * What became of an answer: it was stored; its session had meanwhile gone another way; the process ends, and the next
 * one finds it in the spool.
 */
export type StoringResult = 'stored' | 'superseded' | 'spooled';

/** Brings the answers of refreshes into the database, however long that takes. */
@Injectable()
export class AnswerStore {
  constructor(
    private readonly attempts: AttemptRepository,
    private readonly sessions: SessionRepository,
    private readonly grants: Grants,
    private readonly oracle: TokenOracle,
    private readonly spool: Spool,
    private readonly closing: Closing,
    private readonly log: Log,
  ) {}

  /**
   * Stores an answer, and tries until it is stored; as soon as that takes long, the answer is on disk as well. One
   * whose session was logged out or reconnected meanwhile is revoked at the issuer, as nobody holds it.
   */
  async store(answer: SpooledAnswer): Promise<StoringResult> {
    const progress = { spooled: false, stored: false };
    const storing = this.storeAtLast(answer, progress);
    for (let waitMs = SPOOL_AFTER_MS; ; waitMs = LONGEST_PAUSE_MS) {
      await Promise.race([storing, pause(waitMs, this.closing.signal)]);
      if (progress.stored || progress.spooled) break;
      progress.spooled = await this.trySpool(answer);
    }
    const result = await storing;
    if (progress.spooled && result !== 'spooled') await this.spool.delete(answer.attemptId);
    return result;
  }

  /** Stores what an earlier process had to leave on disk. A file that cannot be opened stays, and is an alarm. */
  async replay(): Promise<number> {
    let replayed = 0;
    for (const attemptId of await this.spool.list()) {
      const answer = await this.spool.read(attemptId).catch((error: unknown) => {
        this.log.rowUnreadable(error);
      });
      if (!answer) continue;
      await this.storeOnce(answer);
      await this.spool.delete(attemptId);
      replayed++;
    }
    return replayed;
  }

  private async storeAtLast(
    answer: SpooledAnswer,
    progress: { spooled: boolean; stored: boolean },
  ): Promise<StoringResult> {
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        const result = await this.storeOnce(answer);
        progress.stored = true;
        return result;
      } catch (error) {
        this.log.answerNotStored({ sessionId: answer.sessionId }, error);
      }
      if (progress.spooled && this.closing.signal.aborted) return 'spooled';
      await pause(pauseMs, this.closing.signal);
    }
  }

  private async storeOnce(answer: SpooledAnswer): Promise<StoringResult> {
    const session = await this.sessions.find(answer.sessionId);
    if (session?.secrets && awaitsAnswer(session)) {
      const { tokens, pds, sentAt } = answer;
      const grant = toRefreshedGrant(session, session.secrets, { tokens, pds, sentAt: new Date(sentAt) });
      const isSpent = session.status !== 'active' && (await this.isDead(session, grant));
      if (!isSpent && (await this.attempts.storeAnswer(answer, session, grant))) {
        if (session.status !== 'active')
          this.log.sessionRecovered({ did: session.did, sessionId: session.id });
        return 'stored';
      }
    }
    const current = await this.sessions.find(answer.sessionId);
    if (current && isOfSameGrant(current, answer)) return 'stored';
    await this.revoke(answer);
    return 'superseded';
  }

  /**
   * Whether the answer that a session was given up for is worth nothing by now: its refresh token was sent again in
   * the meantime, by which an issuer ends the session.
   */
  private async isDead(session: StoredSession, grant: RefreshedGrant): Promise<boolean> {
    const renewed = { ...session, pds: grant.pds, secrets: grant, readStartedAt: performance.now() };
    return (await this.oracle.ask({ ...renewed, signer: createDpopSigner(grant.dpopKey) })) === 'dead';
  }

  private async revoke({ tokens, sessionId, ...grant }: SpooledAnswer): Promise<void> {
    try {
      await this.grants.revoke({ ...grant, ...tokens });
    } catch (error) {
      this.log.revocationFailed({ sessionId }, error);
    }
  }

  private async trySpool(answer: SpooledAnswer): Promise<boolean> {
    try {
      await this.spool.write(answer);
      return true;
    } catch (error) {
      this.log.answerNotStored({ sessionId: answer.sessionId }, error);
      return false;
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
