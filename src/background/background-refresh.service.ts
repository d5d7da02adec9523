import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { keepAliveOf } from '../sessions/refresh-policy.ts';
import type { RefreshResult } from '../sessions/refresh-result.ts';
import { Refresher } from '../sessions/refresher.service.ts';
import { type DueSession, DueSessionRepository } from './due-session.repository.ts';
import { IssuerSlots } from './issuer-slots.ts';
import { add, emptyRun, type RefreshRun } from './refresh-run.ts';

const BATCH = 32;

/** How long a run waits for one session; the request itself goes on. */
const PATIENCE_MS = 30_000;

/** Refreshes the sessions whose time has come: those in use at half of their token's life, others to keep them alive. */
@Injectable()
export class BackgroundRefresh {
  private readonly slots = new IssuerSlots();

  constructor(
    private readonly due: DueSessionRepository,
    private readonly refresher: Refresher,
  ) {}

  /**
   * Goes over all sessions that are due, or will be within so many seconds.
   *
   * @param signal ends the run after the batch under way
   */
  async run(withinSeconds = 0, signal?: AbortSignal): Promise<RefreshRun> {
    let total = emptyRun;
    while (!signal?.aborted) {
      const batch = await this.due.claim(BATCH, withinSeconds);
      const runs = await Promise.all(batch.map(session => this.refresh(session)));
      total = runs.reduce(add, total);
      if (batch.length < BATCH) break;
    }
    return total;
  }

  private async refresh(session: DueSession): Promise<RefreshRun> {
    const { id, generation, issuer } = session;
    if (await this.putOffIdle(session)) return { ...emptyRun, skipped: 1 };
    const flight = this.slots.take(issuer, () => this.refresher.refresh(id, { kind: 'claimed', generation }));
    const late: RefreshResult = { kind: 'failed', error: 'slow' };
    const result = await Promise.race([flight, delay(PATIENCE_MS, late, { ref: false })]);
    if (result.kind === 'failed') return { ...emptyRun, failed: [{ id, error: result.error }] };
    return { ...emptyRun, [result.kind]: 1 };
  }

  /** A session that nobody uses, and that nothing is wrong with, waits until it would die otherwise. */
  private async putOffIdle(session: DueSession): Promise<boolean> {
    if (session.inUse || session.attempt_state !== null || session.failures > 0) return false;
    const until = keepAliveOf(session);
    if (until <= session.claimedAt) return false;
    await this.due.postpone(session, until);
    return true;
  }
}
