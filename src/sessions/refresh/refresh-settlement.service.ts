import { Injectable } from '@nestjs/common';
import type { AttemptId } from '../../database/tables/id.ts';
import type { RefreshOutcome } from '../../oauth/refresh/refresh-outcome.ts';
import { AccountMovedError } from '../../oauth/refresh/token-refresh.service.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import type { Verdict } from '../../single-use/token-use.ts';
import { RotationStudy } from '../pds/rotation-study.service.ts';
import { ScopeShortfalls } from '../stored/scope-shortfalls.service.ts';
import { databaseTime, type LiveSession } from '../stored/session.cache.ts';
import { AccountDepartures } from './account-departures.service.ts';
import { backOffSeconds, resendSeconds } from './back-off.ts';
import { GrantRefusals } from './grant-refusals.service.ts';
import { IssuerBackOff } from './issuer-back-off.service.ts';
import { Reauthentication } from '../answers/reauthentication.service.ts';

const concluded: Verdict = { kind: 'concluded' };

/** An outcome that no further signature can improve. */
export type FinalOutcome = Exclude<RefreshOutcome, { kind: 'sign-again' }>;

/** Decides what the outcome of a refresh means for its session. */
@Injectable()
export class RefreshSettlement {
  constructor(
    private readonly reauthentication: Reauthentication,
    private readonly grantRefusals: GrantRefusals,
    private readonly accountDepartures: AccountDepartures,
    private readonly issuerBackOff: IssuerBackOff,
    private readonly rotationStudy: RotationStudy,
    private readonly scopeShortfalls: ScopeShortfalls,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /** Settles an outcome. Returns what is left to write about the attempt. */
  async settle(session: LiveSession, attemptId: AttemptId, outcome: FinalOutcome): Promise<Verdict> {
    this.log.refreshSettled(
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
      case 'rejected':
        return this.grantRefusals.settle(session, attemptId, outcome);
      case 'no-tokens':
        return this.settleWithoutTokens(session, outcome);
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
    this.accountDepartures.forget(session.id);
    this.grantRefusals.forget(session.id);
    this.rotationStudy.beginStudy(session);
    this.metrics.sessions.tokenReplaced(remainingMs / 1000);
    this.issuerBackOff.noteSuccess(session.issuer);
    this.scopeShortfalls.reportRefresh(session, scope ?? session.scope);
  }

  /** Waiting protects nothing once the response is complete, so the token is sent again soon. */
  private settleWithoutTokens(
    { issuer, failures }: LiveSession,
    { retryAfterSeconds }: Extract<FinalOutcome, { kind: 'no-tokens' }>,
  ): Verdict {
    this.issuerBackOff.noteFailure(issuer, retryAfterSeconds);
    const pause = resendSeconds(failures, retryAfterSeconds);
    return { kind: 'give-up', retryAfterSeconds: pause, mayBeSpent: true };
  }

  private async settleUnsent(session: LiveSession, attemptId: AttemptId, cause: unknown): Promise<Verdict> {
    if (!(cause instanceof AccountMovedError)) return giveUp(session);
    const departure = await this.accountDepartures.note(session, cause);
    if (departure.kind === 'leaving')
      return { kind: 'give-up', retryAfterSeconds: departure.retryAfterSeconds };
    if (departure.kind === 'uncertain') return giveUp(session);
    await this.reauthentication.require(session, attemptId, 'account_moved');
    this.accountDepartures.forget(session.id);
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
  if (outcome.kind === 'refreshed') return undefined;
  return new Error(wordsOf(outcome));
}

/** Returns what an issuer said that refused a refresh. */
function wordsOf(outcome: Extract<FinalOutcome, { kind: 'refused' | 'invalid-grant' | 'rejected' }>): string {
  switch (outcome.kind) {
    case 'refused':
      return outcome.code;
    case 'invalid-grant':
      return 'invalid_grant';
    case 'rejected':
      return outcome.words;
  }
}
