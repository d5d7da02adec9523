import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Grants } from '../oauth/grants.service.ts';
import { Log } from '../observability/log.ts';
import { AttemptRepository } from './attempt.repository.ts';
import { Closing } from './closing.ts';
import { LiveSessions, toLive } from './live-sessions.ts';
import { TokenOracle } from './oracle.ts';
import { pause } from './pause.ts';
import { type RefreshedGrant, toRefreshedGrant } from './refreshed-grant.ts';
import { SessionRepository, type StoredSession } from './session.repository.ts';
import { Spool, type SpooledAnswer } from './spool.ts';

/** How long an answer waits for the database before it is put on disk. */
const SPOOL_AFTER_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** How long a process that ends waits for the database to take what is safe on disk already. */
const LAST_WAIT_MS = 2_000;

/**
 * What became of an answer: it was stored; its session had meanwhile gone another way; the process ends, and the next
 * one finds it in the spool.
 */
export type StoringResult = 'stored' | 'superseded' | 'spooled';

/** An answer on its way into the database; `spooling` is its one way onto the disk, `false` when that failed. */
type Delivery = {
  readonly answer: SpooledAnswer;
  isStored: boolean;
  isSpooled: boolean;
  spooling: Promise<boolean> | undefined;
};

/** Brings the answers of refreshes into the database, however long that takes. */
@Injectable()
export class AnswerStore {
  private readonly inHand = new Set<Delivery>();

  constructor(
    private readonly attempts: AttemptRepository,
    private readonly sessions: SessionRepository,
    private readonly live: LiveSessions,
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
    const delivery: Delivery = { answer, isStored: false, isSpooled: false, spooling: undefined };
    this.inHand.add(delivery);
    try {
      const storing = this.storeAtLast(delivery);
      await this.spoolWhenSlow(delivery, storing);
      const result = await this.awaitStored(delivery, storing);
      if (delivery.isSpooled && result !== 'spooled') await this.spool.delete(answer.attemptId);
      return result;
    } finally {
      this.inHand.delete(delivery);
      this.live.forget(answer.sessionId);
    }
  }

  /** Puts on disk whatever is not stored yet, for a process that ends now; answers whether all of it is safe. */
  async spoolAll(): Promise<boolean> {
    const unsafe = Array.from(this.inHand).filter(({ isStored }) => !isStored);
    const spooled = await Promise.all(unsafe.map(delivery => this.spoolOnce(delivery)));
    return spooled.every(Boolean);
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

  private async spoolWhenSlow(delivery: Delivery, storing: Promise<StoringResult>): Promise<void> {
    for (let waitMs = SPOOL_AFTER_MS; ; waitMs = LONGEST_PAUSE_MS) {
      await Promise.race([storing, pause(waitMs, this.closing.signal)]);
      if (delivery.isStored || (await this.spoolOnce(delivery))) return;
    }
  }

  private async storeAtLast(delivery: Delivery): Promise<StoringResult> {
    const { answer } = delivery;
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        const result = await this.storeOnce(answer);
        delivery.isStored = true;
        return result;
      } catch (error) {
        this.log.answerNotStored({ sessionId: answer.sessionId }, error);
      }
      if (delivery.isSpooled && this.closing.signal.aborted) return 'spooled';
      await pause(pauseMs, this.closing.signal);
    }
  }

  /** Waits for as long as the process lives, and a little longer: a silent database does not keep it from ending. */
  private async awaitStored(delivery: Delivery, storing: Promise<StoringResult>): Promise<StoringResult> {
    while (!delivery.isStored && !this.closing.signal.aborted)
      await Promise.race([storing, pause(LONGEST_PAUSE_MS, this.closing.signal)]);
    return delivery.isStored ? storing : Promise.race([storing, delay(LAST_WAIT_MS, 'spooled' as const)]);
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
    const renewed = toLive({ ...session, pds: grant.pds }, grant, performance.now());
    return (await this.oracle.ask(renewed)) === 'dead';
  }

  private async revoke({ tokens, sessionId, ...grant }: SpooledAnswer): Promise<void> {
    try {
      await this.grants.revoke({ ...grant, ...tokens });
    } catch (error) {
      this.log.revocationFailed({ sessionId }, error);
    }
  }

  /** Two writers of one file would spoil it: who comes while it is written waits for that. */
  private spoolOnce(delivery: Delivery): Promise<boolean> {
    delivery.spooling ??= this.trySpool(delivery).finally(() => {
      if (!delivery.isSpooled) delivery.spooling = undefined;
    });
    return delivery.spooling;
  }

  private async trySpool(delivery: Delivery): Promise<boolean> {
    const { answer } = delivery;
    try {
      await this.spool.write(answer);
      delivery.isSpooled = true;
    } catch (error) {
      this.log.answerNotStored({ sessionId: answer.sessionId }, error);
    }
    return delivery.isSpooled;
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
