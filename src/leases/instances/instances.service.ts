import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { Database } from '../../database/connection/database.ts';
import { nextCursor } from '../../database/connection/next-cursor.ts';
import type { SpoolState } from '../../database/tables/instance.ts';
import { parseId, SpoolId } from '../../database/tables/id.ts';
import type { Timestamp } from '../../database/tables/timestamp.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { Degradations } from '../../observability/degradations.ts';
import { Log } from '../../observability/log/log.ts';
import { ProcessClock } from '../../waiting/process-clock.service.ts';
import { Streaks } from '../../waiting/streaks.ts';
import { withinTime } from '../../waiting/within-time.ts';
import { type InstanceQuery, InstanceRepository, type RunningInstance } from './instance.repository.ts';
import { decideOwnerState, type OwnerState } from './owner-state.ts';
import { SpoolDirectory } from '../spools/spool-directory.service.ts';

const BEAT_MS = 30_000;
const FORGOTTEN_AFTER_MS = 24 * 60 * 60_000;
const LISTED_AT_ONCE = 500;
const MOST_WATCHED = 10_000;

/** A process that missed three heartbeats has ended, or is in trouble. */
export const SILENT_AFTER_MS = 3 * BEAT_MS;

/** How long a process that ends waits for the database to accept its last row. */
const LEAVING_MS = 2_000;

/** A process in the list. `this` is the process that lists. */
export type ListedInstance = RunningInstance & { readonly state: 'this' | 'alive' | 'silent' | 'given-up' };

/** Knows the processes of the broker, and writes the heartbeats of this one. */
@Injectable()
export class Instances implements OnModuleInit, OnApplicationShutdown {
  private readonly heartbeats = new Streaks(MOST_WATCHED);
  private timer: NodeJS.Timeout | undefined;
  private startedAt: Timestamp | undefined;
  private isShared = false;
  private beating: Promise<void> = Promise.resolve();
  private isSpoolEmpty = (): Promise<boolean> => Promise.resolve(false);

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly instanceRows: InstanceRepository,
    private readonly spoolDirectory: SpoolDirectory,
    private readonly processClock: ProcessClock,
    private readonly degradations: Degradations,
    private readonly log: Log,
  ) {}

  /** The name of this process: the id of its spool, so a restarted process is the same instance. */
  get self(): string {
    return this.spoolDirectory.spoolId;
  }

  /** Sets the source of what heartbeats say about the spool. Until then it may hold answers. */
  provideSpoolState(isEmpty: () => Promise<boolean>): void {
    this.isSpoolEmpty = isEmpty;
  }

  async onModuleInit(): Promise<void> {
    this.startedAt = await this.instanceRows.writeStart(this.self, await this.readSpoolState());
    this.timer = setInterval(() => {
      this.beating = this.beat();
    }, BEAT_MS);
    this.beating = this.watch();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.deregister();
    this.spoolDirectory.release();
  }

  /**
   * Deletes the row of this process if it holds no answer, so that the others need not wait for its silence. Else the row
   * stays until the answers are stored. Takes 2 s at most.
   */
  async deregister(): Promise<void> {
    clearInterval(this.timer);
    // A later heartbeat would insert the row again.
    const leaving = this.beating.then(() => this.leave());
    leaving.catch(() => undefined); // A failure after the time limit has no reader.
    await withinTime(LEAVING_MS, leaving, undefined).catch((error: unknown) => {
      this.log.databaseFailed(error); // The row stays, and the others wait for this process to return.
    });
  }

  /** Writes a heartbeat, and notes those of the others. Never rejects: the next heartbeat follows soon. */
  async beat(): Promise<void> {
    try {
      await this.writeHeartbeat(await this.readSpoolState());
    } catch (error) {
      this.log.databaseFailed(error);
    }
    await this.watch();
  }

  /** Lists a page of the processes, with the cursor of the next page. */
  async list(query: InstanceQuery): Promise<{ instances: ListedInstance[]; cursor?: string }> {
    const found = await this.instanceRows.list(query);
    const instances = found.map(instance => ({ ...instance, state: this.stateOf(instance) }));
    return { instances, ...nextCursor(found, query.limit, ({ owner }) => owner) };
  }

  /** @throws BrokerError `NotFound` */
  async get(spoolId: string): Promise<ListedInstance> {
    const owner = parseId(SpoolId, spoolId);
    const instance = owner && (await this.instanceRows.find(owner));
    if (!instance) throw new BrokerError('NotFound', 'There is no instance with this spool id.');
    return { ...instance, state: this.stateOf(instance) };
  }

  /** Returns whether another process may still hold an answer to what it sent. */
  async findOwnerState(owner: string): Promise<OwnerState> {
    const instance = await this.instanceRows.find(owner);
    const knownForMs = instance ? this.note(instance) : 0;
    return decideOwnerState({ instance, knownForMs, patienceMs: this.config.spoolPatienceMs });
  }

  /** Returns whether a process is on the list: it runs, or may hold answers. */
  async isListed(owner: string): Promise<boolean> {
    return (await this.instanceRows.find(owner)) !== undefined;
  }

  /** Takes another process off the list that has ended and holds no answer, as its released slot and its spool prove. */
  removeEnded(owner: string): Promise<void> {
    return this.instanceRows.remove(owner);
  }

  private stateOf({ owner, seenAt, readAt, givenUpAt }: RunningInstance): ListedInstance['state'] {
    if (owner === this.self) return 'this';
    if (givenUpAt) return 'given-up';
    const silentMs = readAt.getTime() - seenAt.getTime();
    return silentMs > SILENT_AFTER_MS || this.database.dialect.isExclusive ? 'silent' : 'alive';
  }

  private async readSpoolState(): Promise<SpoolState> {
    return (await this.isSpoolEmpty()) ? 'empty' : 'filled';
  }

  /** An answer that comes while the row is deleted brings it back. */
  private async leave(): Promise<void> {
    if (await this.isSpoolEmpty()) await this.instanceRows.remove(this.self);
    if (!(await this.isSpoolEmpty())) await this.writeHeartbeat('filled');
  }

  /** Another process that started since under the same name runs with a copy of this spool. */
  private async writeHeartbeat(spoolState: SpoolState): Promise<void> {
    const { startedAt } = this;
    if (startedAt === undefined) return;
    const isShared = (await this.instanceRows.writeHeartbeat(this.self, startedAt, spoolState)) > startedAt;
    if (isShared && !this.isShared) this.log.spoolCopied({ spoolId: this.self });
    this.isShared = isShared;
    this.degradations.set('copied_spool', isShared);
  }

  /** Notes every heartbeat, so that the wait for a silent process begins now and not with the first need for its tokens. */
  private async watch(): Promise<void> {
    try {
      for (const instance of await this.instanceRows.list({ limit: LISTED_AT_ONCE })) {
        const knownForMs = this.note(instance);
        if (this.isForgotten(instance, knownForMs))
          await this.instanceRows.removeUnseenSince(instance.owner, instance.seenAt);
      }
    } catch (error) {
      this.log.databaseFailed(error);
    }
  }

  /** Two readings, a day apart by the monotonic clock too: a clock that steps ahead makes nobody forgotten. */
  private isForgotten({ seenAt, readAt }: RunningInstance, knownForMs: number): boolean {
    const silentMs = Math.min(readAt.getTime() - seenAt.getTime(), knownForMs);
    return silentMs > Math.max(FORGOTTEN_AFTER_MS, this.config.spoolPatienceMs);
  }

  /** Notes the last heartbeat of a process. Returns for how many milliseconds this process has known it. */
  private note({ owner, seenAt }: RunningInstance): number {
    return this.heartbeats.note(owner, seenAt.getTime(), this.processClock.monotonic()).forMs;
  }
}
