import { Injectable } from '@nestjs/common';
import type { SessionReason } from '../../database/tables/oauth-session.ts';
import type { AttemptId } from '../../database/tables/id.ts';
import type { RefreshOutcome } from '../../oauth/refresh/refresh-outcome.ts';
import { AccountMovedError } from '../../oauth/refresh/token-refresh.service.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import type { Verdict } from '../../single-use/token-use.ts';
import { TokenProbe } from '../pds/token-probe.service.ts';
import { endReasonOf } from '../stored/refresh-policy.ts';
import { ScopeShortfalls } from '../stored/scope-shortfalls.service.ts';
import { databaseTime, type LiveSession } from '../stored/session.cache.ts';
import { backOffSeconds } from './back-off.ts';
import { ConsecutiveRefusals } from './consecutive-refusals.ts';
import { IssuerBackOff } from './issuer-back-off.service.ts';
import { Reauthentication } from '../answers/reauthentication.service.ts';

/** An account has moved if another issuer speaks for it this often in a row. A single time may be an error. */
const LOOKUPS_BEFORE_MOVED = 20;

/** How often an issuer must refuse a grant whose access token has expired, and so cannot confirm the refusal. */
const REFUSALS_BEFORE_REVOKED = 3;

const concluded: Verdict = { kind: 'concluded' };

/** An outcome that no further signature can improve. */
export type FinalOutcome = Exclude<RefreshOutcome, { kind: 'sign-again' }>;

/** Decides what the outcome of a refresh means for its session. */
@Injectable()
export class RefreshSettlement {
  private readonly refusals = new ConsecutiveRefusals();

  constructor(
    private readonly reauthentication: Reauthentication,
    private readonly issuerBackOff: IssuerBackOff,
    private readonly tokenProbe: TokenProbe,
    private readonly scopeShortfalls: ScopeShortfalls,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /** Settles an outcome. Returns what is left to write about the attempt. */
  async settle(session: LiveSession, attemptId: AttemptId, outcome: FinalOutcome): Promise<Verdict> {
    this.log.refreshEnded(
      { did: session.did, sessionId: session.id, outcome: outcome.kind },
      causeOf(outcome),
    );
    this.metrics.sessions.attemptEnded(outcome.kind);
    switch (outcome.kind) {
      case 'refreshed':
        this.noteSuccess(session, outcome.tokens.scope);
        return concluded;
      case 'unknown':
        this.issuerBackOff.noteFailure(session.issuer, outcome.retryAfterSeconds);
        return { kind: 'in-doubt' };
      case 'invalid-grant':
        return this.settleInvalidGrant(session, attemptId);
      case 'refused':
        // Only an issuer that was asked can be in trouble.
        this.issuerBackOff.noteFailure(session.issuer, outcome.retryAfterSeconds);
        return giveUp(session, outcome.retryAfterSeconds);
      case 'not-sent':
        return this.settleUnsent(session, attemptId, outcome.cause);
    }
  }

  private noteSuccess(session: LiveSession, scope: string | null): void {
    const remainingMs = session.accessExpiresAt.getTime() - databaseTime(session).getTime();
    this.refusals.forget(session.id);
    this.metrics.sessions.tokenReplaced(remainingMs / 1000);
    this.issuerBackOff.noteSuccess(session.issuer);
    this.scopeShortfalls.reportRefresh(session, scope ?? session.scope);
  }

  /**
   * Issuers answer `invalid_grant` also to requests whose token they did not read. The grant is over only if the PDS
   * refuses the access token too. A token that had expired anyway proves nothing, so the issuer must repeat its answer:
   * after a refusal the same refresh token can be sent again safely.
   */
  private async settleInvalidGrant(session: LiveSession, attemptId: AttemptId): Promise<Verdict> {
    const isDead = (await this.tokenProbe.probeToken(session)) === 'dead';
    const isProof = session.accessExpiresAt > databaseTime(session);
    if (isDead && session.resends > 0) return this.end(session, attemptId, 'response_lost');
    if (isDead && (isProof || this.refusals.add(session, 'invalid_grant') >= REFUSALS_BEFORE_REVOKED))
      return this.end(session, attemptId, endReasonOf(session, databaseTime(session)));
    this.issuerBackOff.noteFailure(session.issuer);
    return giveUp(session);
  }

  private async settleUnsent(session: LiveSession, attemptId: AttemptId, cause: unknown): Promise<Verdict> {
    const hasMoved = cause instanceof AccountMovedError;
    return hasMoved && this.refusals.add(session, 'account_moved') > LOOKUPS_BEFORE_MOVED
      ? this.end(session, attemptId, 'account_moved')
      : giveUp(session);
  }

  private async end(session: LiveSession, attemptId: AttemptId, reason: SessionReason): Promise<Verdict> {
    await this.reauthentication.require(session, attemptId, reason);
    this.refusals.forget(session.id);
    return concluded;
  }
}

function giveUp({ failures }: LiveSession, asked = 0): Verdict {
  return { kind: 'give-up', retryAfterSeconds: backOffSeconds(failures, asked) };
}

/** Returns an outcome that no signature can improve: an issuer that asks once more after the last one has refused. */
export function toFinal(outcome: RefreshOutcome): FinalOutcome {
  return outcome.kind === 'sign-again'
    ? { kind: 'refused', code: 'use_dpop_nonce', retryAfterSeconds: undefined }
    : outcome;
}

function causeOf(outcome: FinalOutcome): unknown {
  if ('cause' in outcome) return outcome.cause;
  return outcome.kind === 'refused' ? new Error(outcome.code) : undefined;
}
