import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { Schema } from '../database/tables/schema.ts';
import { nextCursor } from '../database/connection/next-cursor.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { Log } from '../observability/log/log.ts';
import { type HeldLease, type LeaseQuery, LeaseRepository } from './lease.repository.ts';

const DEFAULT_WAIT_SECONDS = 60;
const POLL_MS = 250;

export type LeaseOptions = {
  /** How long the lease lasts. The work must end within it. */
  seconds: number;
  /** How long to wait for the holder of the lease; 60 by default. */
  waitSeconds?: number;
};

/** Another process held the lease for the whole time limit: `DatabaseUnavailable`. */
export class LeaseTaken extends BrokerError {
  constructor(name: string, waitSeconds: number) {
    super('DatabaseUnavailable', `Another process kept the lease "${name}" for ${waitSeconds} seconds.`, {
      retryAfterSeconds: 5,
    });
  }
}

/** Runs work in one process at a time, among all that share the database. */
@Injectable()
export class Leases {
  /** Random per start of the process, so a lease of an earlier run is not its own. */
  readonly owner = randomUUID();
  private uses = 0;

  constructor(
    private readonly leaseRows: LeaseRepository,
    private readonly log: Log,
  ) {}

  /**
   * Waits for the lease, runs the work and releases the lease. Two uses in this process exclude each other too.
   *
   * @throws what the work throws; `LeaseTaken` if the lease is not free within `waitSeconds`
   */
  async withLease<Result>(name: string, work: () => Promise<Result>, options: LeaseOptions): Promise<Result> {
    const owner = `${this.owner}/${++this.uses}`;
    await this.wait(name, owner, options);
    try {
      return await work();
    } finally {
      await this.release(name, owner);
    }
  }

  /** Acquires a lease that nothing releases before it expires. Returns false if it is held, also by this process. */
  acquireUntilExpiry(name: string, seconds: number): Promise<boolean> {
    return this.leaseRows.acquire(name, `${this.owner}/${++this.uses}`, seconds);
  }

  /**
   * Lets one transaction at a time continue, among all that hold this name. For rules that no constraint can express,
   * such as a maximum number of rows. Names of `withLease` must not be used here.
   */
  holdWithin(transaction: Transaction<Schema>, name: string): Promise<void> {
    return this.leaseRows.holdWithin(transaction, name, this.owner);
  }

  /** Lists a page of the leases, with the cursor of the next page. */
  async list(query: LeaseQuery): Promise<{ leases: HeldLease[]; cursor?: string }> {
    const leases = await this.leaseRows.list(query);
    return { leases, ...nextCursor(leases, query.limit, ({ name }) => name) };
  }

  private async wait(name: string, owner: string, options: LeaseOptions): Promise<void> {
    const { seconds, waitSeconds = DEFAULT_WAIT_SECONDS } = options;
    const giveUpAt = performance.now() + waitSeconds * 1000;
    while (!(await this.leaseRows.acquire(name, owner, seconds))) {
      if (performance.now() >= giveUpAt) throw new LeaseTaken(name, waitSeconds);
      await sleep(POLL_MS * (0.5 + Math.random()));
    }
  }

  /** The work is done whatever happens here: a lease that is not released expires. */
  private async release(name: string, owner: string): Promise<void> {
    try {
      await this.leaseRows.release(name, owner);
    } catch (error) {
      this.log.databaseFailed(error);
    }
  }
}
