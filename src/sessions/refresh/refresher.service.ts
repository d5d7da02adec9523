import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { SessionId } from '../../database/tables/id.ts';
import { Log } from '../../observability/log/log.ts';
import { Flights, pausesBetweenLooks } from '../../single-use/flights.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { stopwatch } from '../../waiting/stopwatch.ts';
import { decide, isSettling } from '../stored/refresh-policy.ts';
import { databaseTime, isLive, type LiveSession, SessionCache } from '../stored/session.cache.ts';
import { AnswerStore } from '../answers/answer-store.service.ts';
import { IssuerBackOff } from './issuer-back-off.service.ts';
import { RefreshAttempt } from './refresh-attempt.service.ts';
import type { RefreshResult } from './refresh-result.ts';

/** How long a rotation waits for the streams that were sent with the token it ends. */
const STREAM_TIME_LIMIT_MS = 60_000;

/** Why a refresh is requested. */
export type RefreshTrigger =
  /** A caller needs a token: refresh if policy says so. */
  | { readonly kind: 'policy' }
  /** The PDS refused the token of this generation. */
  | { readonly kind: 'refused'; readonly generation: number }
  /** A worker claimed this generation. */
  | { readonly kind: 'claimed'; readonly generation: number }
  /** The operator requests it. */
  | { readonly kind: 'forced' };

/** How long a flight waits for an answer on disk. Storing one takes milliseconds, unless something is wrong with it. */
const SPOOL_PATIENCE_MS = 5_000;

const skipped: RefreshResult = { kind: 'skipped' };

/** Renews the tokens of sessions: one flight per session in this process, one attempt per generation in all processes. */
@Injectable()
export class Refresher implements BeforeApplicationShutdown {
  private readonly flights = new Flights<{ readonly landed: Promise<RefreshResult> }>();

  constructor(
    private readonly sessionCache: SessionCache,
    private readonly refreshAttempt: RefreshAttempt,
    private readonly answerStore: AnswerStore,
    private readonly issuerBackOff: IssuerBackOff,
    private readonly shutdown: Shutdown,
    private readonly log: Log,
  ) {}

  /** Starts a refresh, or joins the running one. Resolves when it is settled and stored. Never rejects. */
  refresh(sessionId: SessionId, trigger: RefreshTrigger): Promise<RefreshResult> {
    const flight = this.flights.find(sessionId);
    if (flight) return flight.landed;
    if (this.shutdown.signal.aborted) return Promise.resolve(skipped);
    return this.flights.add(sessionId, { landed: this.fly(sessionId, trigger) }).landed;
  }

  /** Returns whether this process refreshes a session right now. */
  isRefreshing(sessionId: SessionId): boolean {
    return this.flights.find(sessionId) !== undefined;
  }

  /** Returns how long background refreshes spare an issuer that fails, in milliseconds. */
  sparedMs(issuer: string): number {
    return this.issuerBackOff.remainingMs(issuer);
  }

  /** Stops starting refreshes, and waits until the running ones are in the database or in the spool. */
  async beforeApplicationShutdown(): Promise<void> {
    this.shutdown.announce();
    await this.flights.allLanded();
  }

  /** Makes one attempt. While another process works on one, waits until it is settled or may be claimed. */
  private async fly(sessionId: SessionId, trigger: RefreshTrigger): Promise<RefreshResult> {
    const pauses = pausesBetweenLooks(this.shutdown.signal);
    const streamPatienceMs = trigger.kind === 'refused' ? 0 : STREAM_TIME_LIMIT_MS;
    let awaited: LiveSession | undefined;
    try {
      for (;;) {
        if (!(await this.awaitSpooledAnswer(sessionId))) return skipped;
        const session = await this.sessionCache.reload(sessionId);
        if (!isLive(session) || !this.isWanted(session, trigger)) return skipped;
        // The file of an older version names the attempt alone.
        if (session.attempt && this.answerStore.isWaitingFor(session.attempt.id)) return skipped;
        if (awaited && (session.generation !== awaited.generation || !session.attempt)) return skipped;
        const result = await this.refreshAttempt.run(session, { mayProbe: !awaited, streamPatienceMs });
        if (result) return result;
        if (this.shutdown.signal.aborted) return skipped;
        awaited = session;
        await pauses.sleep();
      }
    } catch (error) {
      this.log.refreshCrashed({ sessionId }, error);
      return { kind: 'failed', error: 'crashed' };
    } finally {
      this.sessionCache.forget(sessionId);
    }
  }

  /** Returns whether no answer of the session waits in the spool: while one does, the refresh token is spent. */
  private async awaitSpooledAnswer(sessionId: SessionId): Promise<boolean> {
    const elapsed = stopwatch();
    const pauses = pausesBetweenLooks(this.shutdown.signal);
    while (this.answerStore.isWaitingFor(sessionId)) {
      if (this.shutdown.signal.aborted || elapsed() > SPOOL_PATIENCE_MS) return false;
      await pauses.sleep();
    }
    return true;
  }

  private isWanted(session: LiveSession, trigger: RefreshTrigger): boolean {
    const decision = decide(session, databaseTime(session));
    switch (trigger.kind) {
      case 'policy':
        return decision.kind === 'due' || decision.kind === 'expired' || decision.kind === 'in-doubt';
      case 'refused':
        // A new attempt would refresh a token that was just refreshed. A running one is waited for.
        if (decision.kind !== 'in-doubt' && isSettling(session, databaseTime(session))) return false;
        return session.generation === trigger.generation && decision.kind !== 'back-off';
      case 'claimed': {
        const isSpared = this.sparedMs(session.issuer) > 0;
        return session.generation === trigger.generation && decision.kind !== 'reauthenticate' && !isSpared;
      }
      case 'forced':
        return decision.kind !== 'reauthenticate';
    }
  }
}
