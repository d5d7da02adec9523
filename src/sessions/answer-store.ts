import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Grants } from '../oauth/grants.service.ts';
import { Log } from '../observability/log.ts';
import { AttemptRepository } from './attempt.repository.ts';
import { toRefreshedGrant } from './refreshed-grant.ts';
import { SessionRepository, type StoredSession } from './session.repository.ts';
import { Spool, type SpooledAnswer } from './spool.ts';

/** How long an answer waits for the database before it is put on disk. */
const SPOOL_AFTER_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;

/** Whether an answer was stored, or the session had meanwhile gone another way. */
export type StoringResult = 'stored' | 'superseded';

/** Brings the answers of refreshes into the database, however long that takes. */
@Injectable()
export class AnswerStore {
  constructor(
    private readonly attempts: AttemptRepository,
    private readonly sessions: SessionRepository,
    private readonly grants: Grants,
    private readonly spool: Spool,
    private readonly log: Log,
  ) {}

  /**
   * Stores an answer, and tries until it is stored; from the second second on it is on disk as well. An answer
   * whose session was logged out or reconnected meanwhile is revoked at the issuer, as nobody holds it.
   */
  async store(answer: SpooledAnswer): Promise<StoringResult> {
    const startedAt = performance.now();
    for (let spooled = false, pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        const result = await this.storeOnce(answer);
        if (spooled) await this.spool.delete(answer.attemptId);
        return result;
      } catch (error) {
        this.log.answerNotStored({ sessionId: answer.sessionId }, error);
        if (!spooled && performance.now() - startedAt >= SPOOL_AFTER_MS)
          spooled = await this.trySpool(answer);
      }
      await delay(pauseMs);
    }
  }

  /** Stores what an earlier process had to leave on disk. */
  async replay(): Promise<number> {
    const answers = await this.spool.readAll();
    for (const answer of answers) {
      await this.storeOnce(answer);
      await this.spool.delete(answer.attemptId);
    }
    return answers.length;
  }

  private async storeOnce(answer: SpooledAnswer): Promise<StoringResult> {
    const session = await this.sessions.find(answer.sessionId);
    if (session?.secrets && session.status === 'active') {
      const { tokens, pds, sentAt } = answer;
      const grant = toRefreshedGrant(session, session.secrets, { tokens, pds, sentAt: new Date(sentAt) });
      if (await this.attempts.storeAnswer(answer, session, grant)) return 'stored';
    }
    const current = await this.sessions.find(answer.sessionId);
    if (current && isOfSameGrant(current, answer)) return 'stored';
    await this.revoke(answer);
    return 'superseded';
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
