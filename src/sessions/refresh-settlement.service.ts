import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { SessionReason } from '../database/tables/oauth-session.ts';
import type { RefreshOutcome } from '../oauth/refresh-outcome.ts';
import { AccountMovedError } from '../oauth/token-refresh.service.ts';
import { Log } from '../observability/log.ts';
import { type AttemptKey, AttemptRepository } from './attempt.repository.ts';
import { backOffSeconds, IssuerBackOff } from './back-off.ts';
import { type LiveSession, LiveSessions } from './live-sessions.ts';
import { TokenOracle } from './oracle.ts';
import { SessionListeners } from './session-listeners.ts';
import { SessionRepository } from './session.repository.ts';

const LONGEST_PAUSE_MS = 5_000;

/** An account that another issuer speaks for, at so many looks in a row, has moved: the first may be a slip. */
const LOOKS_BEFORE_MOVED = 20;

/** Writes down how an attempt ended, and decides what that means for its session. */
@Injectable()
export class RefreshSettlement {
  readonly issuers = new IssuerBackOff();

  constructor(
    private readonly attempts: AttemptRepository,
    private readonly sessions: SessionRepository,
    private readonly live: LiveSessions,
    private readonly oracle: TokenOracle,
    private readonly listeners: SessionListeners,
    private readonly log: Log,
  ) {}

  async settle(key: AttemptKey, session: LiveSession, outcome: RefreshOutcome): Promise<void> {
    this.log.refreshEnded(
      { did: session.did, sessionId: session.id, outcome: outcome.kind },
      causeOf(outcome),
    );
    switch (outcome.kind) {
      case 'refreshed':
        this.issuers.answered(session.issuer);
        break;
      case 'unknown':
        this.issuers.failed(session.issuer);
        await this.persist(() => this.attempts.markInDoubt(key));
        break;
      case 'invalid-grant':
        await this.judgeInvalidGrant(key, session);
        break;
      case 'not-sent':
      case 'refused':
      case 'sign-again':
        await this.giveUp(key, session, outcome);
    }
    this.live.forget(session.id);
  }

  /** Ends a generation, and tells who holds the session. */
  async needReauth(session: LiveSession, reason: SessionReason): Promise<void> {
    const { id, did, generation } = session;
    if (!(await this.persist(() => this.sessions.markNeedsReauth(id, generation, reason)))) return;
    this.live.forget(id);
    this.log.sessionNeedsReauth({ did, sessionId: id, reason });
    await this.persist(() => this.listeners.tell({ id, did, reason }));
  }

  /**
   * `invalid_grant` is also the answer to some requests whose token was never looked at. Only when the access token
   * is dead as well is the grant.
   */
  private async judgeInvalidGrant(key: AttemptKey, session: LiveSession): Promise<void> {
    const verdict = await this.oracle.ask(session);
    if (verdict === 'dead') await this.needReauth(session, session.resends > 0 ? 'response_lost' : 'revoked');
    else
      await this.giveUp(key, session, {
        kind: 'refused',
        code: 'invalid_grant',
        retryAfterSeconds: undefined,
      });
  }

  private async giveUp(key: AttemptKey, session: LiveSession, outcome: RefreshOutcome): Promise<void> {
    if (causeOf(outcome) instanceof AccountMovedError && session.failures >= LOOKS_BEFORE_MOVED) {
      await this.needReauth(session, 'account_moved');
      return;
    }
    const asked = outcome.kind === 'refused' ? (outcome.retryAfterSeconds ?? 0) : 0;
    this.issuers.failed(session.issuer, asked);
    await this.persist(() => this.attempts.giveUp(key, backOffSeconds(session.failures, asked)));
  }

  /** Writes until the database takes it: what is not written down here would look as if the answer were lost. */
  private async persist<Result>(write: () => Promise<Result>): Promise<Result> {
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await write();
      } catch (error) {
        this.log.databaseTrouble(error);
        await delay(pauseMs);
      }
    }
  }
}

function causeOf(outcome: RefreshOutcome): unknown {
  if ('cause' in outcome) return outcome.cause;
  return outcome.kind === 'refused' ? new Error(outcome.code) : undefined;
}
