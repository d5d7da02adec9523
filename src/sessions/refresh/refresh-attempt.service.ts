import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Instances } from '../../leases/instances.service.ts';
import { Log } from '../../observability/log/log.ts';
import type { RefreshOutcome } from '../../oauth/refresh/refresh-outcome.ts';
import { type RefreshPlan, TokenRefresh } from '../../oauth/refresh/token-refresh.service.ts';
import type { SpooledAnswer } from './answer-spool.service.ts';
import { AnswerStore } from './answer-store.service.ts';
import { AttemptRepository } from './attempt.repository.ts';
import { FailPoints } from '../../single-use/fail-points.service.ts';
import type { LiveSession } from '../stored/session.cache.ts';
import { RefreshSettlement } from './refresh-settlement.service.ts';
import type { RefreshResult } from './refresh-result.ts';
import type { AttemptKey } from '../stored/session.ts';
import { SessionRepository } from '../stored/session.repository.ts';
import { stopwatch } from '../../waiting/stopwatch.ts';
import { withinTime } from '../../waiting/within-time.ts';

/** How often the issuer may ask to sign again, for a nonce or a clock, before that counts as a refusal. */
const MOST_SIGNATURES = 3;

/** How long this process believes that an answer may still come. No request is good for as long. */
const ANSWER_PATIENCE_MS = 10 * 60_000;

/** How long a test lets a request travel before it calls it sent. */
const TIME_ON_THE_WIRE_MS = 500;

/** A process that was stopped for longer between signing and sending may have lost its place in the meantime. */
const LONGEST_HESITATION_MS = 5_000;

/** Makes one attempt: plans, signs, commits to sending, sends, and brings what came of it into the database. */
@Injectable()
export class RefreshAttempt {
  constructor(
    private readonly attemptRows: AttemptRepository,
    private readonly sessionRows: SessionRepository,
    private readonly answerStore: AnswerStore,
    private readonly refreshSettlement: RefreshSettlement,
    private readonly tokenRefresh: TokenRefresh,
    private readonly instances: Instances,
    private readonly failPoints: FailPoints,
    private readonly log: Log,
  ) {}

  /** Runs an attempt that was prepared under `key`; resolves when it is settled. */
  async run(key: AttemptKey, session: LiveSession): Promise<RefreshResult> {
    const progress = { sent: false };
    const outcome = await this.tryTo(key, session, progress).catch((cause: unknown): RefreshOutcome => ({
      kind: progress.sent ? 'unknown' : 'not-sent',
      cause,
    }));
    if (!outcome) return { kind: 'skipped' };
    await this.refreshSettlement.settle(key, session, outcome);
    if (outcome.kind === 'refreshed') return { kind: 'refreshed' };
    return { kind: 'failed', error: outcome.kind === 'refused' ? outcome.code : outcome.kind };
  }

  /** @returns nothing when the attempt has lost its place */
  private async tryTo(
    key: AttemptKey,
    session: LiveSession,
    progress: { sent: boolean },
  ): Promise<RefreshOutcome | undefined> {
    await this.failPoints.at('after_intent');
    const plan = await this.tokenRefresh.plan(session);
    for (let signatures = 1; signatures <= MOST_SIGNATURES; signatures++) {
      const signed = await this.tokenRefresh.sign(plan, {
        refreshToken: session.secrets.refreshToken,
        signer: session.signer,
      });
      const lateness = stopwatch();
      const sentAt = await this.commit(key);
      if (!sentAt) return undefined;
      await this.failPoints.at('before_send');
      if (lateness() > LONGEST_HESITATION_MS) throw new Error('Too late to send what was signed.');
      progress.sent = true;
      const outcome = await this.send(
        this.tokenRefresh.transmit(signed),
        toAnswer(key, session, plan, sentAt),
      );
      if (outcome.kind !== 'sign-again') return outcome;
      progress.sent = false;
    }
    return { kind: 'refused', code: 'use_dpop_nonce', retryAfterSeconds: undefined };
  }

  /**
   * Commits to one transmission. A commit whose confirmation was lost is looked up.
   *
   * @returns the time of the commit, or nothing when the attempt has lost its place
   * @throws what kept the commit from being confirmed: nothing may be sent
   */
  private async commit(key: AttemptKey): Promise<Date | undefined> {
    try {
      return await this.attemptRows.commitToSend(key, this.instances.self);
    } catch (cause) {
      const attempt = (await this.sessionRows.findSession(key.sessionId))?.attempt;
      if (attempt?.id === key.attemptId && attempt.state === 'sent' && attempt.sentAt) return attempt.sentAt;
      // The commit may still come through: who gives the attempt up now rules that out.
      throw new Error('The commit to send was not confirmed.', { cause });
    }
  }

  private async send(
    transmission: Promise<RefreshOutcome>,
    answer: (outcome: Extract<RefreshOutcome, { kind: 'refreshed' }>) => SpooledAnswer,
  ): Promise<RefreshOutcome> {
    const onTheWire = this.failPoints.isArmed('after_bytes') ? this.failAfterBytes(transmission) : undefined;
    const stored = Promise.allSettled([onTheWire]).then(async () => this.keep(await transmission, answer));
    const lost: RefreshOutcome = { kind: 'unknown', cause: new Error('The issuer has not answered.') };
    const outcome = await withinTime(ANSWER_PATIENCE_MS, stored, lost);
    await onTheWire;
    return outcome;
  }

  /** Leaves out a request that the issuer only answers with a nonce: it does not look at the token. */
  private async failAfterBytes(transmission: Promise<RefreshOutcome>): Promise<void> {
    const outcome = await Promise.race([transmission, delay(TIME_ON_THE_WIRE_MS, undefined)]);
    if (outcome?.kind !== 'sign-again') await this.failPoints.at('after_bytes');
  }

  /** Stores an answer before anybody judges it; late ones, that nobody waits for any more, as well. */
  private async keep(
    outcome: RefreshOutcome,
    toSpooled: (outcome: Extract<RefreshOutcome, { kind: 'refreshed' }>) => SpooledAnswer,
  ): Promise<RefreshOutcome> {
    if (outcome.kind === 'sign-again') return outcome;
    try {
      await this.failPoints.at('after_answer');
      if (outcome.kind === 'refreshed') await this.failPoints.at('before_write');
    } finally {
      // Whatever fails on the way: the answer comes only once.
      if (outcome.kind === 'refreshed') await this.store(toSpooled(outcome));
    }
    return outcome;
  }

  private async store(answer: SpooledAnswer): Promise<void> {
    const result = await this.answerStore.store(answer);
    if (result === 'superseded') this.log.answerSuperseded({ sessionId: answer.sessionId });
  }
}

function toAnswer(key: AttemptKey, session: LiveSession, plan: RefreshPlan, sentAt: Date) {
  return ({ tokens }: Extract<RefreshOutcome, { kind: 'refreshed' }>): SpooledAnswer => ({
    ...key,
    tokens,
    issuer: session.issuer,
    clientId: session.clientId,
    kid: session.kid,
    dpopKey: session.secrets.dpopKey,
    pds: plan.pds,
    sentAt: sentAt.toISOString(),
  });
}
