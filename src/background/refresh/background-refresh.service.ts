import { Injectable } from '@nestjs/common';
import { BEFORE_ALL_SESSIONS } from '../../database/tables/id.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { toBackgroundResult } from '../../observability/metrics/metrics-labels.ts';
import { keepAliveOf } from '../../sessions/stored/refresh-policy.ts';
import type { RefreshResult } from '../../sessions/refresh/refresh-result.ts';
import { Refresher } from '../../sessions/refresh/refresher.service.ts';
import { CLAIM_SECONDS, type DueSession, DueSessionRepository } from './due-session.repository.ts';
import { IssuerSlots } from './issuer-slots.ts';
import { runWithin } from '../../waiting/run-within.ts';
import { type RefreshRun, RefreshTally } from './refresh-run.ts';

/** Sessions that a run refreshes concurrently, and claims per statement. */
const LANES = 32;

/** Time limit of the wait for one session. Its request continues. */
const PATIENCE_MS = 30_000;

const skipped: RefreshResult = { kind: 'skipped' };

/** Refreshes due sessions: those in use at half of their token's life, the others before they would end unused. */
@Injectable()
export class BackgroundRefresh {
  private readonly slots = new IssuerSlots();

  constructor(
    private readonly dueSessionRows: DueSessionRepository,
    private readonly refresher: Refresher,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /**
   * Refreshes all sessions that are due, or will be within `withinSeconds`.
   *
   * @param signal ends the run at once. Running requests continue
   */
  async run(withinSeconds = 0, signal?: AbortSignal): Promise<RefreshRun> {
    const tally = new RefreshTally();
    // All lanes share one queue, so that a slow session delays no other.
    const queue = this.claim(withinSeconds, signal);
    const work = async (): Promise<void> => {
      for await (const session of queue) {
        const result = await this.refreshOrPostpone(session, withinSeconds, signal);
        this.metrics.sessions.backgroundHandled(toBackgroundResult(result));
        tally.add(session.id, result);
      }
    };
    await Promise.all(Array.from({ length: LANES }, work));
    return tally.run;
  }

  private async *claim(withinSeconds: number, signal: AbortSignal | undefined): AsyncGenerator<DueSession> {
    // In the order of ids for a run ahead of time, which would otherwise claim the same sessions again.
    for (let after = withinSeconds > 0 ? BEFORE_ALL_SESSIONS : undefined; !signal?.aborted;) {
      const batch = await this.dueSessionRows.claim(LANES, { withinSeconds, after });
      yield* batch;
      if (batch.length < LANES) return;
      if (after !== undefined) after = batch.map(({ id }) => id).reduce((a, b) => (a > b ? a : b));
    }
  }

  /** Reports an error as this session's result, so that it does not end the run. */
  private async refreshOrPostpone(
    session: DueSession,
    withinSeconds: number,
    signal: AbortSignal | undefined,
  ): Promise<RefreshResult> {
    try {
      if (await this.postponeIdle(session, withinSeconds)) return skipped;
      if (await this.postponeSpared(session)) return skipped;
      return await this.refresh(session, signal);
    } catch (error) {
      this.log.backgroundFailed(error);
      return { kind: 'failed', error: 'crashed' };
    }
  }

  private async refresh(
    { id, generation, issuer }: DueSession,
    signal: AbortSignal | undefined,
  ): Promise<RefreshResult> {
    const progress = { begun: false };
    const refresh = (): Promise<RefreshResult> => {
      progress.begun = true;
      return this.refresher.refresh(id, { kind: 'claimed', generation });
    };
    const result = await runWithin(PATIENCE_MS, signal, over => this.slots.runInSlot(issuer, refresh, over));
    return result ?? { kind: 'failed', error: progress.begun ? 'slow' : 'issuer_busy' };
  }

  /**
   * Postpones a session whose issuer is spared, for as long as that lasts or a claim would. A session that fails is not
   * refreshed before, not even for a caller.
   */
  private async postponeSpared(session: DueSession): Promise<boolean> {
    const sparedMs = this.refresher.sparedMs(session.issuer);
    if (sparedMs === 0) return false;
    await this.dueSessionRows.postpone(
      session,
      new Date(session.claimedAt.getTime() + Math.min(sparedMs, CLAIM_SECONDS * 1000)),
    );
    return true;
  }

  /** Postpones an unused session without failures until its keep-alive. Returns whether it did. */
  private async postponeIdle(session: DueSession, withinSeconds: number): Promise<boolean> {
    if (session.inUse || session.attempt_state !== null || session.failures > 0) return false;
    const until = keepAliveOf(session);
    if (until.getTime() <= session.claimedAt.getTime() + withinSeconds * 1000) return false;
    await this.dueSessionRows.postpone(session, until);
    return true;
  }
}
