import { Injectable } from '@nestjs/common';
import { Leases } from '../leases/leases.service.ts';
import { Log } from '../observability/log.ts';
import { Metrics } from '../observability/metrics.ts';

/** One kind of row that outlives its use. */
export type Sweep = {
  readonly name: string;
  /** How many rows are taken at once; a batch holds its lease, and keeps the process from ending, until it is done. */
  readonly batch: number;
  /** Removes up to `limit` rows whose time is over; answers how many it removed. */
  readonly sweepBatch: (limit: number) => Promise<number>;
};

const LEASE_SECONDS = 60;

/** Somebody else who holds the lease does the same work: no need to wait long. */
const WAIT_SECONDS = 2;

/** Sweeps what is over out of every table that is registered here: leased, and in batches that hold no lock for long. */
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
    this.metrics.swept(sweep.name, 0);
  }

  /** Sweeps all tables; trouble with one is logged and does not keep the others from being swept. */
  async run(signal?: AbortSignal): Promise<void> {
    for (const sweep of this.sweeps) {
      try {
        const swept = await this.sweepLeased(sweep, signal);
        if (swept > 0) this.log.swept({ table: sweep.name, rows: swept });
      } catch (error) {
        this.log.sweepFailed({ table: sweep.name }, error);
      }
    }
  }

  private async sweepLeased(
    { name, batch, sweepBatch }: Sweep,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    let total = 0;
    for (let swept = batch; swept === batch && !signal?.aborted; total += swept) {
      swept = await this.leases.withLease(`sweep-${name}`, () => sweepBatch(batch), {
        seconds: LEASE_SECONDS,
        waitSeconds: WAIT_SECONDS,
      });
      this.metrics.swept(name, swept);
    }
    return total;
  }
}
