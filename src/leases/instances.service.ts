import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Database } from '../database/connection/database.ts';
import { nextCursor } from '../database/connection/next-cursor.ts';
import { Log } from '../observability/log/log.ts';
import { withinTime } from '../waiting/within-time.ts';
import { type InstanceQuery, InstanceRepository, type RunningInstance } from './instance.repository.ts';
import { Leases } from './leases.service.ts';

const BEAT_MS = 30_000;

/** A process without a heartbeat for this long has ended, or finds its attempts taken over when it wakes. */
const DEAD_AFTER_SECONDS = 10 * 60;
const FORGOTTEN_AFTER_SECONDS = 24 * 60 * 60;

/** A process that missed three heartbeats has ended, or is in trouble. */
const SILENT_AFTER_MS = 3 * BEAT_MS;

/** How long a process that ends waits for the database to delete its row. */
const LEAVING_MS = 2_000;

/** A process in the list. `this` is the process that lists. */
export type ListedInstance = RunningInstance & { readonly state: 'this' | 'alive' | 'silent' };

/** Knows which processes of the broker are alive, and writes the heartbeats of this one. */
@Injectable()
export class Instances implements OnModuleInit, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly instanceRows: InstanceRepository,
    private readonly leases: Leases,
    private readonly log: Log,
  ) {}

  /** The name of this process. It is random per start, so nothing of an earlier run appears to be its own. */
  get self(): string {
    return this.leases.owner;
  }

  async onModuleInit(): Promise<void> {
    await this.instanceRows.removeSilent(FORGOTTEN_AFTER_SECONDS);
    await this.instanceRows.writeHeartbeat(this.self);
    this.timer = setInterval(() => {
      this.beating = this.beat();
    }, BEAT_MS);
  }

  onApplicationShutdown(): Promise<void> {
    return this.deregister();
  }

  /** Deletes the row of this process, so that the others need not wait for its silence. Takes 2 s at most. */
  async deregister(): Promise<void> {
    clearInterval(this.timer);
    // A later heartbeat would insert the row again.
    const leaving = this.beating.then(() => this.instanceRows.remove(this.self));
    leaving.catch(() => undefined); // A failure after the time limit has no reader.
    await withinTime(LEAVING_MS, leaving, undefined).catch((error: unknown) => {
      this.log.databaseTrouble(error); // The row stays, and counts as dead in ten minutes.
    });
  }

  /** Lists a page of the processes of the last day, with the cursor of the next page. */
  async list(query: InstanceQuery): Promise<{ instances: ListedInstance[]; cursor?: string }> {
    const found = await this.instanceRows.list(query);
    const instances = found.map(instance => ({ ...instance, state: this.stateOf(instance) }));
    return { instances, ...nextCursor(found, query.limit, ({ owner }) => owner) };
  }

  /** Returns whether a process has ended. On SQLite the lock of the file proves that of every other process. */
  async isDead(owner: string): Promise<boolean> {
    if (owner === this.self) return false;
    if (this.database.dialect.isExclusive) return true;
    return !(await this.instanceRows.isSeenWithin(owner, DEAD_AFTER_SECONDS));
  }

  private stateOf({ owner, seenAt, readAt }: RunningInstance): ListedInstance['state'] {
    if (owner === this.self) return 'this';
    const silentMs = readAt.getTime() - seenAt.getTime();
    return silentMs > SILENT_AFTER_MS || this.database.dialect.isExclusive ? 'silent' : 'alive';
  }

  private async beat(): Promise<void> {
    try {
      await this.instanceRows.writeHeartbeat(this.self);
    } catch (error) {
      this.log.databaseTrouble(error); // The next heartbeat follows soon.
    }
  }
}
