import { Injectable } from '@nestjs/common';
import { Leases } from '../leases/leases.service.ts';
import { Log } from '../observability/log.ts';

/** One kind of row that outlives its use. */
export type Sweep = {
  readonly name: string;
  /** Removes up to `limit` rows whose time is over; answers how many it removed. */
  readonly sweepBatch: (limit: number) => Promise<number>;
};

const BATCH = 500;
const LEASE_SECONDS = 60;

/** Sweeps what is over out of every table that is registered here: leased, and in batches that hold no lock for long. */
@Injectable()
export class Sweeper {
  private readonly sweeps: Sweep[] = [];

  constructor(
    private readonly leases: Leases,
    private readonly log: Log,
  ) {}

  register(sweep: Sweep): void {
    this.sweeps.push(sweep);
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

  private async sweepLeased({ name, sweepBatch }: Sweep, signal: AbortSignal | undefined): Promise<number> {
    let total = 0;
    for (let swept = BATCH; swept === BATCH && !signal?.aborted; total += swept) {
      swept = await this.leases.withLease(`sweep-${name}`, () => sweepBatch(BATCH), {
        seconds: LEASE_SECONDS,
      });
    }
    return total;
  }
}
