import { Injectable } from '@nestjs/common';
import type { SessionReason } from '../../database/tables/oauth-session.ts';
import type { RefreshOutcome } from '../../oauth/refresh/refresh-outcome.ts';
import { AccountMovedError } from '../../oauth/refresh/token-refresh.service.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { AttemptRepository } from './attempt.repository.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { backOffSeconds, IssuerBackOff } from './back-off.ts';
import { databaseTime, type LiveSession, SessionCache } from '../stored/session.cache.ts';
import { TokenProbe } from '../pds/token-probe.service.ts';
import { pause } from '../../waiting/pause.ts';
import { endReasonOf } from '../stored/refresh-policy.ts';
import { ConsecutiveRefusals } from './consecutive-refusals.ts';
import { ScopeShortfalls } from '../stored/scope-shortfalls.service.ts';
import { SessionListeners } from '../stored/session-listeners.service.ts';
import type { AttemptKey } from '../stored/session.ts';
import { SessionRepository } from '../stored/session.repository.ts';

const LONGEST_PAUSE_MS = 5_000;

/** An account that another issuer speaks for, at so many looks in a row, has moved: the first may be a slip. */
const LOOKS_BEFORE_MOVED = 20;

/** How often an issuer must say that a grant is over when its access token cannot tell, having run out anyway. */
const REFUSALS_BEFORE_REVOKED = 3;

/** Writes down how an attempt ended, and decides what that means for its session. */
@Injectable()
export class RefreshSettlement {
  readonly issuers = new IssuerBackOff();
  private readonly repetitions = new ConsecutiveRefusals();

  constructor(
    private readonly attemptRows: AttemptRepository,
    private readonly sessionRows: SessionRepository,
    private readonly sessionCache: SessionCache,
    private readonly tokenProbe: TokenProbe,
    private readonly sessionListeners: SessionListeners,
    private readonly scopeShortfalls: ScopeShortfalls,
    private readonly shutdown: Shutdown,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  async settle(key: AttemptKey, session: LiveSession, outcome: RefreshOutcome): Promise<void> {
    this.log.refreshEnded(
      { did: session.did, sessionId: session.id, outcome: outcome.kind },
      causeOf(outcome),
    );
    this.metrics.sessions.attemptEnded(outcome.kind === 'sign-again' ? 'refused' : outcome.kind);
    switch (outcome.kind) {
      case 'refreshed':
        this.repetitions.forget(session.id);
        this.metrics.sessions.tokenReplaced(
          (session.accessExpiresAt.getTime() - databaseTime(session).getTime()) / 1000,
        );
        this.issuers.answered(session.issuer);
        this.scopeShortfalls.reportRefresh(session, outcome.tokens.scope ?? session.scope);
        break;
      case 'unknown':
        this.issuers.failed(session.issuer, outcome.retryAfterSeconds);
        await this.persist(() => this.attemptRows.markInDoubt(key));
        break;
      case 'invalid-grant':
        await this.judgeInvalidGrant(key, session);
        break;
      case 'not-sent':
      case 'refused':
      case 'sign-again':
        await this.giveUp(key, session, outcome);
    }
    this.sessionCache.forget(session.id);
  }

  /** Ends a generation on the word of one attempt, and tells who holds the session. */
  async needReauth(
    { id, did, generation }: LiveSession,
    attemptId: string,
    reason: SessionReason,
  ): Promise<void> {
    const key = { sessionId: id, generation, attemptId };
    if (!(await this.persist(() => this.sessionRows.markNeedsReauth(key, reason)))) return;
    this.repetitions.forget(id);
    this.sessionCache.forget(id);
    this.log.sessionNeedsReauth({ did, sessionId: id, reason });
    await this.persist(() => this.sessionListeners.announceNeedsReauth({ id, did, reason }));
  }

  /**
   * `invalid_grant` is also the answer to some requests whose token was never looked at. Only when the access token
   * is dead as well is the grant; and where that had run out anyway, only when the answer is the same several times:
   * after a refusal the same token can be sent again without harm.
   */
  private async judgeInvalidGrant(key: AttemptKey, session: LiveSession): Promise<void> {
    const isDead = (await this.tokenProbe.probeToken(session)) === 'dead';
    const isProof = session.accessExpiresAt > databaseTime(session);
    if (isDead && session.resends > 0) await this.needReauth(session, key.attemptId, 'response_lost');
    else if (isDead && (isProof || this.repetitions.add(session, 'invalid_grant') >= REFUSALS_BEFORE_REVOKED))
      await this.needReauth(session, key.attemptId, endReasonOf(session, databaseTime(session)));
    else
      await this.giveUp(key, session, {
        kind: 'refused',
        code: 'invalid_grant',
        retryAfterSeconds: undefined,
      });
  }

  private async giveUp(key: AttemptKey, session: LiveSession, outcome: RefreshOutcome): Promise<void> {
    const hasMoved = causeOf(outcome) instanceof AccountMovedError;
    if (hasMoved && this.repetitions.add(session, 'account_moved') > LOOKS_BEFORE_MOVED) {
      await this.needReauth(session, key.attemptId, 'account_moved');
      return;
    }
    const asked = outcome.kind === 'refused' ? (outcome.retryAfterSeconds ?? 0) : 0;
    // What was not sent says nothing about the issuer.
    if (outcome.kind === 'refused') this.issuers.failed(session.issuer, asked);
    await this.persist(() => this.attemptRows.giveUp(key, backOffSeconds(session.failures, asked)));
  }

  /**
   * Writes until the database takes it: what is not written down here would look as if the answer were lost. At the
   * end of the process that is how it must look.
   */
  private async persist<Result>(write: () => Promise<Result>): Promise<Result> {
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await write();
      } catch (error) {
        this.log.databaseTrouble(error);
        if (this.shutdown.signal.aborted) throw error;
        await pause(pauseMs, this.shutdown.signal);
      }
    }
  }
}

function causeOf(outcome: RefreshOutcome): unknown {
  if ('cause' in outcome) return outcome.cause;
  return outcome.kind === 'refused' ? new Error(outcome.code) : undefined;
}
