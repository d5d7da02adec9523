import { Injectable } from '@nestjs/common';
import type { SessionId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { databaseTime, type LiveSession, SessionCache, requireLive } from '../stored/session.cache.ts';
import { decide, isSettling, type RefreshDecision } from '../stored/refresh-policy.ts';
import { Refresher, type RefreshTrigger } from '../refresh/refresher.service.ts';
import { untilAborted } from '../../waiting/until-aborted.ts';
import { withinTime } from '../../waiting/within-time.ts';

/** How long a request waits for a token; the refresh itself goes on. */
const PATIENCE_MS = 30_000;
const RETRY_AFTER_SECONDS = 5;

/**
 * Finds the tokens that requests are sent with, and waits for a refresh where there is no other way.
 *
 * Every method throws a BrokerError: `ReauthorizationRequired` when the session needs its owner, `TokenUnavailable`
 * when it has no working token right now. A caller's signal ends its waiting, and never the refresh.
 */
@Injectable()
export class LiveTokens {
  constructor(
    private readonly sessionCache: SessionCache,
    private readonly refresher: Refresher,
    private readonly metrics: Metrics,
  ) {}

  /** Returns a session whose token can be sent now; a refresh that is only due goes on beside. */
  async get(id: SessionId, signal: AbortSignal | undefined): Promise<LiveSession> {
    const session = await this.getLive(id);
    const decision = decide(session, databaseTime(session));
    if (decision.kind === 'due') void this.refresher.refresh(id, { kind: 'policy' });
    return isServiceable(decision) ? session : this.awaitToken(id, signal);
  }

  /** Returns a session whose token will not be renewed soon: a refresh that is due, or under way anywhere, comes first. */
  async getSettled(id: SessionId, signal: AbortSignal | undefined): Promise<LiveSession> {
    await this.awaitRefresh(id, { kind: 'policy' }, signal);
    const session = requireLive(await this.sessionCache.reload(id));
    const decision = decide(session, databaseTime(session));
    if (isServiceable(decision) && session.attempt?.state !== 'sent') return session;
    throw tokenUnavailable(decision, databaseTime(session));
  }

  /** Finds the token that took the place of one that the PDS refused: stored already, or by one refresh. */
  async renew(refused: LiveSession, signal: AbortSignal | undefined): Promise<LiveSession> {
    const { id, generation } = refused;
    const current = requireLive(await this.sessionCache.reload(id));
    if (current.generation > generation) return current;
    if (isSettling(current, databaseTime(current)) && !current.attempt) {
      throw new BrokerError('UpstreamUnavailable', 'The PDS refuses a token that was just renewed.');
    }
    await this.awaitRefresh(id, { kind: 'refused', generation }, signal);
    const renewed = await this.getLive(id);
    if (renewed.generation > generation) return renewed;
    throw tokenUnavailable(decide(renewed, databaseTime(renewed)), databaseTime(renewed));
  }

  /** Looks for a token that can be sent where memory has none: stored by another process, or by a refresh. */
  private async awaitToken(id: SessionId, signal: AbortSignal | undefined): Promise<LiveSession> {
    const current = requireLive(await this.sessionCache.reload(id));
    const decision = decide(current, databaseTime(current));
    if (isServiceable(decision)) return current;
    if (decision.kind !== 'back-off') await this.awaitRefresh(id, { kind: 'policy' }, signal);
    const after = await this.getLive(id);
    const outcome = decide(after, databaseTime(after));
    if (isServiceable(outcome)) return after;
    throw tokenUnavailable(outcome, databaseTime(after));
  }

  private async getLive(id: SessionId): Promise<LiveSession> {
    return requireLive(await this.sessionCache.get(id));
  }

  private async awaitRefresh(
    id: SessionId,
    trigger: RefreshTrigger,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const refresh = withinTime(PATIENCE_MS, this.refresher.refresh(id, trigger), undefined);
    await this.metrics.sessions.waitForToken(untilAborted(refresh, signal));
  }
}

function tokenUnavailable(decision: RefreshDecision, now: Date): BrokerError {
  const waitMs = decision.kind === 'back-off' ? decision.until.getTime() - now.getTime() : 0;
  return new BrokerError(
    'TokenUnavailable',
    'The session cannot be renewed right now; it is not lost. Try again soon.',
    { retryAfterSeconds: Math.max(RETRY_AFTER_SECONDS, Math.ceil(waitMs / 1000)) },
  );
}

function isServiceable(decision: RefreshDecision): boolean {
  if (decision.kind === 'fresh' || decision.kind === 'due') return true;
  return 'usable' in decision && decision.usable;
}
