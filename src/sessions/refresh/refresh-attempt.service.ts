import { Injectable } from '@nestjs/common';
import { AttemptId, newId } from '../../database/tables/id.ts';
import type { RefreshOutcome } from '../../oauth/refresh/refresh-outcome.ts';
import {
  type RefreshPlan,
  type SignedRefresh,
  TokenRefresh,
} from '../../oauth/refresh/token-refresh.service.ts';
import { AttemptRunner } from '../../single-use/attempt-runner.service.ts';
import type { TokenUse } from '../../single-use/token-use.ts';
import { decideUse, type Evidence, type Place, type UseDecision } from '../../single-use/use-decision.ts';
import { TokenProbe } from '../pds/token-probe.service.ts';
import { requestLifetimeOf } from '../stored/refresh-policy.ts';
import { databaseTime, type LiveSession } from '../stored/session.cache.ts';
import { AnswerStore } from './answer-store.service.ts';
import { AttemptRepository, type SessionClaim } from './attempt.repository.ts';
import type { RefreshResult } from './refresh-result.ts';
import { type FinalOutcome, RefreshSettlement } from './refresh-settlement.service.ts';

/** How often the issuer may ask to sign again, for a nonce or a clock, before that counts as a refusal. */
const MOST_SIGNATURES = 3;

/** Uses the refresh token of a session: decides whether it may be sent, and runs one attempt. */
@Injectable()
export class RefreshAttempt {
  constructor(
    private readonly attemptRows: AttemptRepository,
    private readonly attemptRunner: AttemptRunner,
    private readonly tokenRefresh: TokenRefresh,
    private readonly tokenProbe: TokenProbe,
    private readonly answerStore: AnswerStore,
    private readonly refreshSettlement: RefreshSettlement,
  ) {}

  /**
   * Decides what may happen to the refresh token of a session now.
   *
   * @param mayProbe whether to ask the PDS about the access token where the decision needs that
   */
  async decide(session: LiveSession, mayProbe: boolean): Promise<UseDecision> {
    const { attempt, resends } = session;
    const owner = await this.attemptRunner.ownerStateOf(attempt);
    const facts = { attempt, owner, resends, requestLifetimeMs: requestLifetimeOf(session) };
    const decision = decideUse({ ...facts, evidence: 'not-probed' }, databaseTime(session));
    if (decision.kind !== 'probe' || !mayProbe) return decision;
    const evidence = await this.probe(session);
    return decideUse({ ...facts, evidence }, databaseTime(session));
  }

  /** Runs one attempt. Returns `undefined` if another process holds the session's generation. */
  async run(session: LiveSession, place: Place): Promise<RefreshResult | undefined> {
    const { id: sessionId, generation } = session;
    const attemptId = newId(AttemptId);
    const claim = { sessionId, generation, attemptId, owner: this.attemptRunner.owner, place };
    const resends = place.kind === 'take-over' ? place.resends : session.resends;
    const use = this.toUse(claim, { ...session, resends });
    const end = await this.attemptRunner.run(this.attemptRows, claim, use);
    if (end.kind === 'busy') return undefined;
    if (end.kind === 'superseded') return { kind: 'skipped' };
    await end.written;
    return toResult(toFinal(end.outcome));
  }

  /** Marks a session whose refresh token was spent, and whose answer cannot come any more. */
  markLost(session: LiveSession, attemptId: AttemptId): Promise<void> {
    return this.refreshSettlement.settleLost(session, attemptId);
  }

  private async probe(session: LiveSession): Promise<Evidence> {
    const verdict = await this.tokenProbe.probeToken(session);
    if (verdict !== 'dead') return verdict === 'alive' ? 'accepted' : 'unknown';
    return session.accessExpiresAt <= databaseTime(session) ? 'refused-after-expiry' : 'refused';
  }

  private toUse(claim: SessionClaim, session: LiveSession): TokenUse<SignedRefresh, RefreshOutcome> {
    const { refreshToken } = session.secrets;
    let plan: Promise<RefreshPlan> | undefined;
    return {
      mostSignatures: MOST_SIGNATURES,
      sign: async () => {
        plan ??= this.tokenRefresh.plan(session);
        return this.tokenRefresh.sign(await plan, { refreshToken, signer: session.signer });
      },
      transmit: signed => this.tokenRefresh.transmit(signed),
      keep: async (outcome, { plan: { pds } }, sentAt) => {
        if (outcome.kind !== 'refreshed') return;
        const { sessionId, generation, attemptId } = claim;
        await this.answerStore.store({
          sessionId,
          generation,
          attemptId,
          tokens: outcome.tokens,
          issuer: session.issuer,
          clientId: session.clientId,
          kid: session.kid,
          dpopKey: session.secrets.dpopKey,
          pds,
          sentAt: sentAt.toISOString(),
        });
      },
      settle: outcome => this.refreshSettlement.settle(session, claim.attemptId, toFinal(outcome)),
    };
  }
}

/** An issuer that still asks to sign again after the last signature has refused. */
function toFinal(outcome: RefreshOutcome): FinalOutcome {
  return outcome.kind === 'sign-again'
    ? { kind: 'refused', code: 'use_dpop_nonce', retryAfterSeconds: undefined }
    : outcome;
}

function toResult(outcome: FinalOutcome): RefreshResult {
  if (outcome.kind === 'refreshed') return { kind: 'refreshed' };
  return { kind: 'failed', error: outcome.kind === 'refused' ? outcome.code : outcome.kind };
}
