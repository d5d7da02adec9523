import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { LeaseTaken, Leases } from '../../leases/leases.service.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { type Sweep, type SweepList, Sweeps } from './sweeps.service.ts';

const LEASE_SECONDS = 60;

/** Short, because the holder of the lease does the same work. */
const WAIT_SECONDS = 2;

/** Time per table before the others have their turn. */
const TURN_MS = 1_000;

/** The sweeper rests as long as its batch took, up to this limit: during a batch SQLite blocks the whole process. */
const LONGEST_REST_MS = 100;

/** A sweep in one run, and the number of rows that it has removed so far. */
type Progress = { readonly sweep: Sweep; rows: number };

/**
 * Runs every sweep of the table, in small batches under a lease per sweep. Sweeps take turns, so that one with a million
 * rows does not delay the others.
 */
@Injectable()
export class Sweeper {
  constructor(
    @Inject(Sweeps) private readonly sweeps: SweepList,
    private readonly leases: Leases,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    for (const { name } of sweeps.list) {
      this.metrics.upkeep.swept(name, 0);
      this.metrics.upkeep.sweepFailed(name, 0);
    }
  }

  /** Runs all sweeps. A failed sweep is logged and does not stop the others. */
  async run(signal?: AbortSignal): Promise<void> {
    let unfinished: Progress[] = this.sweeps.list.map(sweep => ({ sweep, rows: 0 }));
    while (unfinished.length > 0) {
      const left: Progress[] = [];
      for (const progress of unfinished) if (await this.runTurn(progress, signal)) left.push(progress);
      unfinished = left;
    }
  }

  /** Runs one turn under the lease of the sweep. Returns whether the sweep has more rows. */
  private async runTurn(progress: Progress, signal: AbortSignal | undefined): Promise<boolean> {
    const { name } = progress.sweep;
    try {
      const hasMore = await this.leases.withLease(
        `sweep-${name}`,
        () => this.sweepBatches(progress, signal),
        {
          seconds: LEASE_SECONDS,
          waitSeconds: WAIT_SECONDS,
        },
      );
      if (hasMore && !signal?.aborted) return true;
    } catch (error) {
      this.reportFailure(name, error);
    }
    if (progress.rows > 0) this.log.swept({ table: name, rows: progress.rows });
    return false;
  }

  /** Sweeps batches for the time of one turn. Returns whether the last batch was full. */
  private async sweepBatches(progress: Progress, signal: AbortSignal | undefined): Promise<boolean> {
    const { name, batch, sweepBatch } = progress.sweep;
    const turnEndsAt = performance.now() + TURN_MS;
    for (;;) {
      const startedAt = performance.now();
      const swept = await sweepBatch(batch);
      progress.rows += swept;
      this.metrics.upkeep.swept(name, swept);
      if (swept < batch) return false;
      if (signal?.aborted) return true;
      await delay(Math.min(performance.now() - startedAt, LONGEST_REST_MS));
      if (performance.now() >= turnEndsAt) return true;
    }
  }

  private reportFailure(table: string, error: unknown): void {
    if (error instanceof LeaseTaken) return; // Another process is sweeping this table.
    this.metrics.upkeep.sweepFailed(table);
    this.log.sweepFailed({ table }, error);
  }
}
