import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Database } from '../database/connection/database.ts';
import { nextCursor } from '../database/connection/next-cursor.ts';
import { Log } from '../observability/log/log.ts';
import { type InstanceQuery, InstanceRepository, type RunningInstance } from './instance.repository.ts';
import { Leases } from './leases.service.ts';

const BEAT_MS = 30_000;

/** A process that was silent for this long has ended, or will find its place taken when it wakes. */
const DEAD_AFTER_SECONDS = 10 * 60;
const FORGOTTEN_AFTER_SECONDS = 24 * 60 * 60;

/** A process that missed so many beats has ended, or is in trouble. */
const SILENT_AFTER_MS = 3 * BEAT_MS;

/** How long a process that ends waits for the database to take it off the list. */
const LEAVING_MS = 2_000;

/** A process as others see it: the one that is asked, one that is alive, or one that is silent. */
export type ListedInstance = RunningInstance & { readonly state: 'this' | 'alive' | 'silent' };

/** Knows which processes of the broker are alive, and shows the others that this one is. */
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

  /** The name of this process: random per start, so that nothing an earlier run began is taken for ours. */
  get self(): string {
    return this.leases.owner;
  }

  async onModuleInit(): Promise<void> {
    await this.instanceRows.removeSilent(FORGOTTEN_AFTER_SECONDS);
    await this.instanceRows.beat(this.self);
    this.timer = setInterval(() => {
      this.beating = this.beat();
    }, BEAT_MS);
  }

  onApplicationShutdown(): Promise<void> {
    return this.leave();
  }

  /** Tells the others that this process is gone, so that they need not wait for its silence; 2 s at most. */
  async leave(): Promise<void> {
    clearInterval(this.timer);
    // A beat that comes last would put it on the list again.
    const leaving = this.beating.then(() => this.instanceRows.remove(this.self));
    const silence = delay(LEAVING_MS, undefined, { ref: false });
    await Promise.race([leaving, silence]).catch((error: unknown) => {
      this.log.databaseTrouble(error); // Then it is silent, and dead in ten minutes.
    });
    leaving.catch(() => undefined); // Whoever did not wait for it has no use for its end either.
  }

  /** Lists a page of the processes that were alive within a day, and where the next one begins. */
  async list(query: InstanceQuery): Promise<{ instances: ListedInstance[]; cursor?: string }> {
    const found = await this.instanceRows.list(query);
    const instances = found.map(instance => ({ ...instance, state: this.stateOf(instance) }));
    return { instances, ...nextCursor(found, query.limit, ({ owner }) => owner) };
  }

  /** Whether a process is gone for good. On SQLite the lock of the file proves it of every other. */
  async isDead(owner: string): Promise<boolean> {
    if (owner === this.self) return false;
    if (this.database.dialect.isExclusive) return true;
    return !(await this.instanceRows.isHeardOf(owner, DEAD_AFTER_SECONDS));
  }

  private stateOf({ owner, seenAt, readAt }: RunningInstance): ListedInstance['state'] {
    if (owner === this.self) return 'this';
    const silentMs = readAt.getTime() - seenAt.getTime();
    return silentMs > SILENT_AFTER_MS || this.database.dialect.isExclusive ? 'silent' : 'alive';
  }

  private async beat(): Promise<void> {
    try {
      await this.instanceRows.beat(this.self);
    } catch (error) {
      this.log.databaseTrouble(error); // The next beat is soon.
    }
  }
}
