import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { LeaseTaken, Leases } from '../../leases/leases.service.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';

/** One kind of row that outlives its use. */
export type Sweep = {
  readonly name: string;
  /** How many rows are taken at once; a batch keeps whoever waits for the database waiting, and the process from ending. */
  readonly batch: number;
  /** Removes up to `limit` rows whose time is over; answers how many it removed. */
  readonly sweepBatch: (limit: number) => Promise<number>;
};

const LEASE_SECONDS = 60;

/** Somebody else who holds the lease does the same work: no need to wait long. */
const WAIT_SECONDS = 2;

/** How long a table is swept before the others have their turn. */
const TURN_MS = 1_000;

/** The sweeper rests for as long as its batch took, up to this: SQLite lets nobody else have a turn meanwhile. */
const LONGEST_REST_MS = 100;

/** A sweep in one run, and what it has removed so far. */
type Progress = { readonly sweep: Sweep; rows: number };

/**
 * Sweeps what is over out of every table that is registered here: leased, in batches that hold no lock for long, and
 * the tables in turns, so that one with a million rows keeps no other waiting.
 */
@Injectable()
export class Sweeper {
  private readonly sweeps: Sweep[] = [];

  constructor(
    private readonly leases: Leases,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  register(sweep: Sweep): void {
    this.sweeps.push(sweep);
    this.metrics.upkeep.swept(sweep.name, 0);
    this.metrics.upkeep.sweepFailed(sweep.name, 0);
  }

  /** Sweeps all tables; trouble with one is logged and does not keep the others from being swept. */
  async run(signal?: AbortSignal): Promise<void> {
    let unfinished: Progress[] = this.sweeps.map(sweep => ({ sweep, rows: 0 }));
    while (unfinished.length > 0) {
      const left: Progress[] = [];
      for (const progress of unfinished) if (await this.takeTurn(progress, signal)) left.push(progress);
      unfinished = left;
    }
  }

  /** Answers whether there is more to sweep in this run. */
  private async takeTurn(progress: Progress, signal: AbortSignal | undefined): Promise<boolean> {
    const { name } = progress.sweep;
    try {
      const hasMore = await this.leases.withLease(`sweep-${name}`, () => this.sweepOn(progress, signal), {
        seconds: LEASE_SECONDS,
        waitSeconds: WAIT_SECONDS,
      });
      if (hasMore && !signal?.aborted) return true;
    } catch (error) {
      this.reportFailure(name, error);
    }
    if (progress.rows > 0) this.log.swept({ table: name, rows: progress.rows });
    return false;
  }

  /** Sweeps for the length of one turn; answers whether the last batch was a full one. */
  private async sweepOn(progress: Progress, signal: AbortSignal | undefined): Promise<boolean> {
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
