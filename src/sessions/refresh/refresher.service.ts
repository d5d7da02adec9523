import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AttemptId, newId, type SessionId } from '../../database/tables/id.ts';
import { Instances } from '../../leases/instances.service.ts';
import { Log } from '../../observability/log/log.ts';
import { AnswerStore } from './answer-store.service.ts';
import { AttemptRepository } from './attempt.repository.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { databaseTime, isLive, type LiveSession, SessionCache } from '../stored/session.cache.ts';
import { pause } from '../../waiting/pause.ts';
import { RefreshAttempt } from './refresh-attempt.service.ts';
import { decide } from '../stored/refresh-policy.ts';
import type { RefreshResult } from './refresh-result.ts';
import { RefreshSettlement } from './refresh-settlement.service.ts';
import { ResendRule } from './resend-rule.ts';
import type { Attempt, AttemptKey } from '../stored/session.ts';
import { StreamGate } from './stream-gate.service.ts';

const FIRST_LOOK_MS = 100;
const LONGEST_LOOK_MS = 1_000;

/** How long a rotation waits for the streams that began with the token it ends. */
const PATIENCE_WITH_STREAMS_MS = 60_000;

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
export class Refresher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly flights = new Map<string, Promise<RefreshResult>>();

  constructor(
    private readonly sessionCache: SessionCache,
    private readonly attemptRows: AttemptRepository,
    private readonly refreshAttempt: RefreshAttempt,
    private readonly refreshSettlement: RefreshSettlement,
    private readonly answerStore: AnswerStore,
    private readonly resendRule: ResendRule,
    private readonly streamGate: StreamGate,
    private readonly instances: Instances,
    private readonly shutdown: Shutdown,
    private readonly log: Log,
  ) {}

  /** Brings in what an earlier process had to leave in the spool, before anything is refreshed here. */
  async onApplicationBootstrap(): Promise<void> {
    const replayed = await this.answerStore.replay();
    if (replayed > 0) this.log.spoolReplayed(replayed);
  }

  /** Starts a refresh, or joins the one under way. Resolves when it is settled, whichever way; never rejects. */
  refresh(sessionId: SessionId, trigger: RefreshTrigger): Promise<RefreshResult> {
    const underWay = this.flights.get(sessionId);
    if (underWay) return underWay;
    if (this.shutdown.signal.aborted) return Promise.resolve(skipped);
    const flight = this.fly(sessionId, trigger).finally(() => this.flights.delete(sessionId));
    this.flights.set(sessionId, flight);
    return flight;
  }

  /** Starts nothing any more, and waits until what is under way is settled and in the database, or in the spool. */
  async beforeApplicationShutdown(): Promise<void> {
    this.shutdown.begin();
    await Promise.all(this.flights.values());
  }

  private async fly(sessionId: SessionId, trigger: RefreshTrigger): Promise<RefreshResult> {
    try {
      for (;;) {
        const session = await this.sessionCache.reload(sessionId);
        if (!isLive(session) || !isWanted(session, trigger)) return skipped;
        if (trigger.kind === 'claimed' && this.refreshSettlement.issuers.remainingMs(session.issuer) > 0)
          return skipped;
        const patienceMs = trigger.kind === 'refused' ? 0 : PATIENCE_WITH_STREAMS_MS;
        const result = await this.streamGate.rotate(sessionId, patienceMs, () => this.rotate(session));
        if (result) return result;
        if (!(await this.awaitOther(session))) return skipped;
      }
    } catch (error) {
      this.log.refreshCrashed({ sessionId }, error);
      return { kind: 'failed', error: 'crashed' };
    } finally {
      this.sessionCache.forget(sessionId);
    }
  }

  /** Makes an attempt; nothing when its place was not to be had. */
  private async rotate(session: LiveSession): Promise<RefreshResult | undefined> {
    const { id: sessionId, generation } = session;
    const key = { sessionId, generation, attemptId: newId(AttemptId) };
    const taken = await this.takePlace(key, session);
    return taken && this.refreshAttempt.run(key, taken);
  }

  /** Prepares an attempt; answers the session as it is with that, nothing when the place was not to be had. */
  private async takePlace(key: AttemptKey, session: LiveSession): Promise<LiveSession | undefined> {
    const { attempt } = session;
    const { self } = this.instances;
    if (!attempt) return (await this.attemptRows.prepare(key, self)) ? session : undefined;
    const isOrphan = await this.isOrphan(attempt);
    if (attempt.state === 'prepared') {
      const orphan = isOrphan ? { attemptId: attempt.id } : undefined;
      return (await this.attemptRows.prepare(key, self, orphan)) ? session : undefined;
    }
    if (attempt.state === 'sent' && !isOrphan) return undefined;
    const resends = await this.resendRule.judge(session, attempt);
    if (resends === undefined) return undefined;
    const lost = { attemptId: attempt.id };
    return (await this.attemptRows.prepareResend(key, { lost, resends }, self))
      ? { ...session, resends }
      : undefined;
  }

  /** Whether nobody works on an attempt any more. Of this process's own, only those in a flight are worked on. */
  private async isOrphan({ owner }: Attempt): Promise<boolean> {
    return owner === this.instances.self || (await this.instances.isDead(owner));
  }

  /** Waits until the attempt of another process is settled, or late: answers whether its place is to be had. */
  private async awaitOther({ id, generation }: LiveSession): Promise<boolean> {
    for (
      let pauseMs = FIRST_LOOK_MS;
      !this.shutdown.signal.aborted;
      pauseMs = Math.min(pauseMs * 2, LONGEST_LOOK_MS)
    ) {
      await pause(pauseMs, this.shutdown.signal);
      const session = await this.sessionCache.reload(id);
      if (!isLive(session) || session.generation !== generation || session.attempt === null) return false;
      const { state, leaseUntil, owner } = session.attempt;
      if (state === 'prepared' && leaseUntil !== null && leaseUntil <= databaseTime(session)) return true;
      if (state === 'in_doubt' || (await this.instances.isDead(owner))) return state === 'prepared';
    }
    return false;
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
