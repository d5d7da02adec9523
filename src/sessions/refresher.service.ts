import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Instances } from '../leases/instances.service.ts';
import { Log } from '../observability/log.ts';
import { AnswerStore } from './answer-store.ts';
import { type AttemptKey, AttemptRepository } from './attempt.repository.ts';
import { databaseTime, isLive, type LiveSession, LiveSessions } from './live-sessions.ts';
import { TokenOracle } from './oracle.ts';
import { RefreshAttempt } from './refresh-attempt.service.ts';
import { deadlineOf, decide } from './refresh-policy.ts';
import type { RefreshResult } from './refresh-result.ts';
import { RefreshSettlement } from './refresh-settlement.service.ts';

const FIRST_LOOK_MS = 100;
const LONGEST_LOOK_MS = 1_000;

/** Why a refresh is asked for. */
export type RefreshTrigger =
  /** Somebody needs a token: refresh if policy says so. */
  | { readonly kind: 'policy' }
  /** The PDS refused the token of this generation. */
  | { readonly kind: 'refused'; readonly generation: number }
  /** A worker claimed this generation. */
  | { readonly kind: 'claimed'; readonly generation: number }
  /** The operator wants it. */
  | { readonly kind: 'forced' };

const skipped: RefreshResult = { kind: 'skipped' };

/**
 * Renews the tokens of sessions: one flight per session in this process, one attempt per generation in all.
 *
 * A flight belongs to nobody: whoever waits for it may leave, and it goes on until its answer is stored.
 */
@Injectable()
export class Refresher implements OnApplicationBootstrap {
  private readonly flights = new Map<string, Promise<RefreshResult>>();
  private closing = false;

  constructor(
    private readonly live: LiveSessions,
    private readonly attempts: AttemptRepository,
    private readonly attempt: RefreshAttempt,
    private readonly settlement: RefreshSettlement,
    private readonly answers: AnswerStore,
    private readonly oracle: TokenOracle,
    private readonly instances: Instances,
    private readonly log: Log,
  ) {}

  /** Brings in what an earlier process had to leave in the spool, before anything is refreshed here. */
  async onApplicationBootstrap(): Promise<void> {
    const replayed = await this.answers.replay();
    if (replayed > 0) this.log.spoolReplayed(replayed);
  }

  /** Starts a refresh, or joins the one under way. Resolves when it is settled, whichever way; never rejects. */
  refresh(sessionId: string, trigger: RefreshTrigger): Promise<RefreshResult> {
    const underWay = this.flights.get(sessionId);
    if (underWay) return underWay;
    if (this.closing) return Promise.resolve(skipped);
    const flight = this.fly(sessionId, trigger).finally(() => this.flights.delete(sessionId));
    this.flights.set(sessionId, flight);
    return flight;
  }

  /** Starts nothing any more, and resolves when what is under way is settled. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(this.flights.values());
  }

  private async fly(sessionId: string, trigger: RefreshTrigger): Promise<RefreshResult> {
    try {
      const session = await this.live.reload(sessionId);
      if (!isLive(session) || !isWanted(session, trigger)) return skipped;
      const key = { sessionId, generation: session.generation, attemptId: randomUUID() };
      if (await this.takePlace(key, session)) return await this.attempt.run(key, session);
      await this.awaitOther(session);
      return skipped;
    } catch (error) {
      this.log.refreshCrashed({ sessionId }, error);
      return { kind: 'failed', error: 'crashed' };
    } finally {
      this.live.forget(sessionId);
    }
  }

  private async takePlace(key: AttemptKey, session: LiveSession): Promise<boolean> {
    const { attempt } = session;
    if (!attempt || attempt.state === 'prepared') return this.attempts.prepare(key, this.instances.self);
    if (!(await this.mayResend(session))) return false;
    return this.attempts.prepareResend(key, { attemptId: attempt.id }, this.instances.self);
  }

  /**
   * Whether a refresh token whose answer was lost may be sent once more: nobody can still receive the answer, the
   * access token does not tell that the refresh token was spent, and the first request can be accepted no more.
   */
  private async mayResend(session: LiveSession): Promise<boolean> {
    const { attempt, resends } = session;
    if (!attempt?.sentAt) return false;
    if (attempt.state === 'sent' && !(await this.instances.isDead(attempt.owner))) return false;
    const verdict = await this.oracle.ask(session);
    // Rotation ends the old access token: one that ends before its time shows that the refresh token was spent.
    const spent = verdict === 'dead' && session.accessExpiresAt > databaseTime(session);
    if (spent || (resends > 0 && verdict === 'dead')) {
      await this.settlement.needReauth(session, 'response_lost');
      return false;
    }
    if (resends > 0 || verdict === 'unknown') return false;
    return deadlineOf(session, attempt.sentAt) <= databaseTime(session);
  }

  /** Waits until the attempt of another process is settled. */
  private async awaitOther({ id, generation }: LiveSession): Promise<void> {
    for (let pauseMs = FIRST_LOOK_MS; !this.closing; pauseMs = Math.min(pauseMs * 2, LONGEST_LOOK_MS)) {
      await delay(pauseMs);
      const session = await this.live.reload(id);
      if (!isLive(session) || session.generation !== generation || session.attempt === null) return;
      if (session.attempt.state === 'in_doubt' || (await this.instances.isDead(session.attempt.owner)))
        return;
    }
  }
}

function isWanted(session: LiveSession, trigger: RefreshTrigger): boolean {
  const decision = decide(session, databaseTime(session));
  switch (trigger.kind) {
    case 'policy':
      return decision.kind === 'due' || decision.kind === 'expired' || decision.kind === 'in-doubt';
    case 'refused':
      return session.generation === trigger.generation && decision.kind !== 'back-off';
    case 'claimed':
      return session.generation === trigger.generation && decision.kind !== 'reauthenticate';
    case 'forced':
      return decision.kind !== 'reauthenticate';
  }
}
