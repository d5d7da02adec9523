import { Injectable } from '@nestjs/common';
import type { SessionId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { databaseTime, type LiveSession, SessionCache, requireLive } from '../stored/session.cache.ts';
import { decide, isSettling, retryAfterMs } from '../stored/refresh-policy.ts';
import type { Session } from '../stored/session.ts';
import type { RefreshResult } from '../refresh/refresh-result.ts';
import { Refresher, type RefreshTrigger } from '../refresh/refresher.service.ts';
import { untilAborted } from '../../waiting/until-aborted.ts';
import { withinTime } from '../../waiting/within-time.ts';

/** How long a request waits for a token. The refresh itself goes on. */
const PATIENCE_MS = 30_000;

/** Throws if a session must not send a request. */
export type SessionCheck = (session: Pick<Session, 'scope' | 'grantedAt' | 'kid'>) => void;

/**
 * Provides the tokens that requests are sent with, and waits for a refresh if there is no other way.
 *
 * Every method throws a BrokerError: `ReauthorizationRequired` when the session needs its owner, `TokenUnavailable`
 * when it has no working token right now. A caller's signal ends its waiting, never the refresh.
 */
@Injectable()
export class LiveTokens {
  constructor(
    private readonly sessionCache: SessionCache,
    private readonly refresher: Refresher,
    private readonly metrics: Metrics,
  ) {}

  /** Returns a session that is active and passes `check`, whether its token works or not. */
  async getActive(id: SessionId, check?: SessionCheck): Promise<LiveSession> {
    const session = requireLive(await this.sessionCache.get(id));
    check?.(session);
    return session;
  }

  /**
   * Returns a session whose token can be sent now. Starts a refresh that is due, and does not wait for it.
   *
   * @param check runs before a token is waited for
   */
  async get(id: SessionId, signal: AbortSignal | undefined, check?: SessionCheck): Promise<LiveSession> {
    const session = await this.getActive(id, check);
    if (!isSendable(session)) return this.awaitToken(id, signal);
    if (decide(session, databaseTime(session)).kind === 'due')
      void this.refresher.refresh(id, { kind: 'policy' });
    return session;
  }

  /** Returns a session whose token stays for a while: waits for a refresh that is due or running, in any process. */
  async getSettled(id: SessionId, signal: AbortSignal | undefined): Promise<LiveSession> {
    const refresh = await this.awaitRefresh(id, { kind: 'policy' }, signal);
    const session = requireLive(await this.sessionCache.reload(id));
    if (isSendable(session) && session.attempt?.state !== 'sent') return session;
    throw tokenUnavailable(session, refresh);
  }

  /** Returns the session with a newer token than the one that the PDS refused: the stored one, or that of one refresh. */
  async renew(refused: LiveSession, signal: AbortSignal | undefined): Promise<LiveSession> {
    const { id, generation } = refused;
    const current = requireLive(await this.sessionCache.reload(id));
    if (current.generation > generation) return isSendable(current) ? current : this.awaitToken(id, signal);
    if (isSettling(current, databaseTime(current)) && !current.attempt) {
      throw new BrokerError(
        'UpstreamUnavailable',
        'The PDS refuses an access token that is less than a minute old. Try again in a minute.',
      );
    }
    const refresh = await this.awaitRefresh(id, { kind: 'refused', generation }, signal);
    const renewed = await this.getActive(id);
    if (renewed.generation > generation) return renewed;
    throw tokenUnavailable(renewed, refresh);
  }

  /** Returns the session with the token that another process stored, or that a refresh yields. */
  private async awaitToken(id: SessionId, signal: AbortSignal | undefined): Promise<LiveSession> {
    const current = requireLive(await this.sessionCache.reload(id));
    if (isSendable(current)) return current;
    const isBackingOff = decide(current, databaseTime(current)).kind === 'back-off';
    const isSpared = isBackingOff && !this.refresher.isRefreshing(id);
    const refresh = isSpared ? undefined : await this.awaitRefresh(id, { kind: 'policy' }, signal);
    const after = await this.getActive(id);
    if (isSendable(after)) return after;
    throw tokenUnavailable(after, refresh);
  }

  private async awaitRefresh(
    id: SessionId,
    trigger: RefreshTrigger,
    signal: AbortSignal | undefined,
  ): Promise<RefreshResult | undefined> {
    const refresh = withinTime(PATIENCE_MS, this.refresher.refresh(id, trigger), undefined);
    return this.metrics.sessions.waitForToken(untilAborted(refresh, signal));
  }
}

/** @param refresh the one that was waited for: it knows how long a doubt lasts */
function tokenUnavailable(session: LiveSession, refresh: RefreshResult | undefined): BrokerError {
  const now = databaseTime(session);
  const until = refresh?.kind === 'skipped' ? refresh.until : undefined;
  const waitMs = until ? until.getTime() - now.getTime() : retryAfterMs(session, now);
  return new BrokerError(
    'TokenUnavailable',
    'The session cannot be refreshed right now. It is not lost; try again soon.',
    { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) },
  );
}

function isSendable(session: LiveSession): boolean {
  const decision = decide(session, databaseTime(session));
  if (decision.kind === 'fresh' || decision.kind === 'due') return true;
  return 'usable' in decision && decision.usable;
}
