import { Injectable } from '@nestjs/common';
import { BEFORE_ALL_SESSIONS } from '../../database/tables/id.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { toBackgroundResult } from '../../observability/metrics/metrics-labels.ts';
import { keepAliveOf } from '../../sessions/stored/refresh-policy.ts';
import type { RefreshResult } from '../../sessions/refresh/refresh-result.ts';
import { Refresher } from '../../sessions/refresh/refresher.service.ts';
import { type DueSession, DueSessionRepository } from './due-session.repository.ts';
import { IssuerSlots } from './issuer-slots.ts';
import { runWithin } from '../../waiting/run-within.ts';
import { type RefreshRun, RefreshTally } from './refresh-run.ts';

/** How many sessions a run works on at a time, and claims at once. */
const LANES = 32;

/** How long a run waits for one session; the request itself goes on. */
const PATIENCE_MS = 30_000;

const skipped: RefreshResult = { kind: 'skipped' };

/** Refreshes the sessions whose time has come: those in use at half of their token's life, others to keep them alive. */
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
   * Goes over all sessions that are due, or will be within so many seconds.
   *
   * @param signal ends the run at once; the requests that are under way go on
   */
  async run(withinSeconds = 0, signal?: AbortSignal): Promise<RefreshRun> {
    const tally = new RefreshTally();
    // All lanes take from one queue, so that a slow session keeps nobody else waiting.
    const queue = this.claim(withinSeconds, signal);
    const work = async (): Promise<void> => {
      for await (const session of queue) {
        const result = await this.settle(session, withinSeconds, signal);
        this.metrics.sessions.backgroundLooked(toBackgroundResult(result));
        tally.add(session.id, result);
      }
    };
    await Promise.all(Array.from({ length: LANES }, work));
    return tally.run;
  }

  private async *claim(withinSeconds: number, signal: AbortSignal | undefined): AsyncGenerator<DueSession> {
    // What is claimed ahead of its time would be due again at once: such a run goes by id.
    for (let after = withinSeconds > 0 ? BEFORE_ALL_SESSIONS : undefined; !signal?.aborted;) {
      const batch = await this.dueSessionRows.claim(LANES, { withinSeconds, after });
      yield* batch;
      if (batch.length < LANES) return;
      if (after !== undefined) after = batch.map(({ id }) => id).reduce((a, b) => (a > b ? a : b));
    }
  }

  /** One session's trouble is its own. */
  private async settle(
    session: DueSession,
    withinSeconds: number,
    signal: AbortSignal | undefined,
  ): Promise<RefreshResult> {
    try {
      if (await this.putOffIdle(session, withinSeconds)) return skipped;
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

  /** A session that nobody uses, and that nothing is wrong with, waits until it would die otherwise. */
  private async putOffIdle(session: DueSession, withinSeconds: number): Promise<boolean> {
    if (session.inUse || session.attempt_state !== null || session.failures > 0) return false;
    const until = keepAliveOf(session);
    if (until.getTime() <= session.claimedAt.getTime() + withinSeconds * 1000) return false;
    await this.dueSessionRows.postpone(session, until);
    return true;
  }
}
