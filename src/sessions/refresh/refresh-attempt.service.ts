import { Injectable } from '@nestjs/common';
import { AttemptId, newId } from '../../database/tables/id.ts';
import { AttemptFacts } from '../../single-use/attempt-facts.service.ts';
import { AttemptRunner } from '../../single-use/attempt-runner.service.ts';
import { decideUse, type Place, type UseDecision } from '../../single-use/use-decision.ts';
import { TokenEvidence } from '../pds/token-evidence.service.ts';
import { requestLifetimeOf } from '../stored/refresh-policy.ts';
import { databaseTime, type LiveSession } from '../stored/session.cache.ts';
import { AttemptRepository, type SessionClaim } from './attempt.repository.ts';
import { Reauthentication } from '../answers/reauthentication.service.ts';
import type { RefreshResult } from './refresh-result.ts';
import { type FinalOutcome, toFinal } from './refresh-settlement.service.ts';
import { SessionTokenUses } from './session-token-uses.service.ts';
import { StreamGate } from './stream-gate.service.ts';

const skipped: RefreshResult = { kind: 'skipped' };

export type AttemptOptions = {
  /** Permits a request to the PDS about the access token where the decision needs one. */
  readonly mayProbe: boolean;
  /** How long to wait for the streams that were sent with the token that the attempt ends. */
  readonly streamPatienceMs: number;
};

/** Decides whether the refresh token of a session may be sent, and runs one attempt if it may. */
@Injectable()
export class RefreshAttempt {
  constructor(
    private readonly attemptRows: AttemptRepository,
    private readonly attemptFacts: AttemptFacts,
    private readonly attemptRunner: AttemptRunner,
    private readonly sessionTokenUses: SessionTokenUses,
    private readonly tokenEvidence: TokenEvidence,
    private readonly reauthentication: Reauthentication,
    private readonly streamGate: StreamGate,
  ) {}

  /** Runs one attempt if that is allowed. Returns `undefined` if another process works on one. */
  async run(
    session: LiveSession,
    { mayProbe, streamPatienceMs }: AttemptOptions,
  ): Promise<RefreshResult | undefined> {
    const decision = await this.decide(session, mayProbe);
    switch (decision.kind) {
      case 'wait':
        return undefined;
      case 'probe':
        return skipped;
      case 'in-doubt':
        return decision.until ? { kind: 'skipped', until: decision.until } : skipped;
      case 'lost':
        await this.reauthentication.require(session, decision.attemptId, 'response_lost');
        return skipped;
      case 'free':
      case 'take-over': {
        const endRotation = await this.streamGate.startRotation(session.id, streamPatienceMs);
        return this.use(session, decision).finally(endRotation);
      }
    }
  }

  private async decide(session: LiveSession, mayProbe: boolean): Promise<UseDecision> {
    const { attempt, resends } = session;
    const facts = {
      ...(await this.attemptFacts.find(attempt)),
      attempt,
      resends,
      requestLifetimeMs: requestLifetimeOf(session),
    };
    const notProbed = { evidence: 'not-probed', rotationEndsAccessToken: undefined } as const;
    const decision = decideUse({ ...facts, ...notProbed }, databaseTime(session));
    if (decision.kind !== 'probe' || !mayProbe) return decision;
    const found = await this.tokenEvidence.find(session);
    return decideUse({ ...facts, ...found }, databaseTime(session));
  }

  private async use(session: LiveSession, place: Place): Promise<RefreshResult | undefined> {
    const { id: sessionId, generation } = session;
    const key = { sessionId, generation, attemptId: newId(AttemptId), owner: this.attemptRunner.owner };
    const resends = place.kind === 'take-over' ? place.resends : session.resends;
    const claim: SessionClaim = { ...key, place };
    const end = await this.attemptRunner.run(
      this.attemptRows,
      claim,
      this.sessionTokenUses.toUse({ ...session, resends }, key),
    );
    if (end.kind === 'busy') return undefined;
    if (end.kind === 'superseded') return skipped;
    await end.written;
    return toResult(toFinal(end.outcome));
  }
}

function toResult(outcome: FinalOutcome): RefreshResult {
  if (outcome.kind === 'refreshed') return { kind: 'refreshed' };
  return { kind: 'failed', error: outcome.kind === 'refused' ? outcome.code : outcome.kind };
}
