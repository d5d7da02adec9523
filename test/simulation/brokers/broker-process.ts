import 'reflect-metadata';
import { Test, type TestingModule } from '@nestjs/testing';
import type { Config } from '../../../src/config/config.ts';
import { BackgroundWorker } from '../../../src/background/tasks/background.worker.ts';
import { Database } from '../../../src/database/connection/database.ts';
import { GuardedAgents } from '../../../src/identity/outbound/guarded-agents.service.ts';
import { Degradations } from '../../../src/observability/degradations.ts';
import type { Log } from '../../../src/observability/log/log.ts';
import { RollbackChecks } from '../../../src/sessions/rollback/rollback-checks.service.ts';
import { Shutdown } from '../../../src/waiting/shutdown.service.ts';
import { openSimulatedDatabase } from '../database/simulated-database.ts';
import type { DatabaseServer } from '../database/database-server.ts';
import type { Disk } from '../disk/disk.ts';
import { releaseLocksOf } from '../disk/patched-locks.ts';
import type { Internet } from '../network/internet.ts';
import { SimulatedAgents } from '../network/simulated-outbound.ts';
import { type Actor, actAs, type DiskCalls } from '../time/actor.ts';
import type { Random } from '../time/random.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { BrokerModule } from './broker-module.ts';

type Class<Instance> = abstract new (...parameters: never[]) => Instance;

/** A replaced part of the product, by its token. */
export type Replacement = {
  readonly provide: unknown;
  readonly useClass: new (...parameters: never[]) => unknown;
};

/** What a broker runs in. */
export type Surroundings = {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly server: DatabaseServer;
  readonly internet: Internet;
  readonly disk: Disk;
  readonly config: Config;
  readonly log: Log;
  readonly replacements: readonly Replacement[];
  readonly database: typeof Database;
  /** How far the machine's clock is from the true time, in milliseconds. */
  readonly wallOffsetMs: () => number;
  readonly epochMs: number;
};

/** How often a broker looks for rolled-back rows. The product does every five seconds, which would be most of the steps. */
const CHECK_EVERY_MS = 60_000;

/** Waits are short in virtual time, and long enough for a broker that settles what it found. */
export type Readiness = 'starting' | 'ready' | 'failed';

/** One process of a broker, from its start to its end. */
export class BrokerProcess implements Actor {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly disk: DiskCalls;
  readonly startedAt: number;
  state: Actor['state'] = 'running';
  readiness: Readiness = 'starting';
  /** True once it was told to end. */
  isLeaving = false;
  /** True if it was ever frozen. */
  wasHeld = false;
  readyAt: number | undefined;
  failure: unknown;
  /** Since when it serves without a pause, by the true time. */
  servingSince = Infinity;
  /** The last whole look for rolled-back rows, by the true time. */
  lastCheck: { readonly startedAt: number; readonly endedAt: number } | undefined;
  readonly #around: Surroundings;
  readonly #endings = new Set<() => void>();
  #app: TestingModule | undefined;
  #frozen: { readonly since: number; readonly isSuspended: boolean } | undefined;
  #suspendedMs = 0;

  constructor(name: string, around: Surroundings) {
    this.name = name;
    this.#around = around;
    this.scheduler = around.scheduler;
    this.random = around.random;
    this.disk = around.disk.callsOf(() => this);
    this.startedAt = this.scheduler.now;
  }

  /** Since when it is frozen, by the true time. */
  get heldSince(): number | undefined {
    return this.#frozen?.since;
  }

  /** The name of its machine. */
  get machine(): string {
    return this.name.split('.')[0] ?? '';
  }

  get isServing(): boolean {
    return this.state === 'running' && this.readiness === 'ready' && !this.isLeaving;
  }

  /** The reasons that `/readyz` tells. */
  get degradations(): readonly string[] {
    return this.get(Degradations).list();
  }

  /** A suspended machine's monotonic clock stands still, a stopped process's does not. */
  monotonicMs(): number {
    const frozenMs = this.#frozen?.isSuspended ? this.scheduler.now - this.#frozen.since : 0;
    return 1_000 + this.scheduler.now - this.startedAt - this.#suspendedMs - frozenMs;
  }

  wallMs(): number {
    return this.#around.epochMs + this.scheduler.now + this.#around.wallOffsetMs();
  }

  /** Starts the process. Resolves when it is ready or has failed. */
  async start(): Promise<void> {
    try {
      await actAs(this, () => this.#start());
      this.readiness = 'ready';
      this.servingSince = this.scheduler.now;
      void this.#checkForever();
    } catch (error) {
      this.failure = error;
      this.readiness = 'failed';
      this.#end();
    }
    this.readyAt = this.scheduler.now;
  }

  get<Instance>(part: Class<Instance>): Instance {
    if (!this.#app) throw new Error(`${this.name} has not started.`);
    return this.#app.get<Instance>(part, { strict: false });
  }

  /** Runs code of this process. */
  act<Result>(work: () => Promise<Result>): Promise<Result> {
    return actAs(this, work);
  }

  /** Looks for rolled-back rows once. Never rejects. */
  async checkRollbacks(): Promise<void> {
    const startedAt = this.scheduler.now;
    try {
      await this.act(() => this.get(RollbackChecks).run());
    } catch {
      return; // The next look follows soon.
    }
    // A trouble of the database may have kept it from a repair.
    if (this.#around.server.troubles.lastAt < startedAt)
      this.lastCheck = { startedAt, endedAt: this.scheduler.now };
  }

  async #checkForever(): Promise<void> {
    while (this.state !== 'gone' && !this.isLeaving) {
      await this.checkRollbacks();
      await this.scheduler.sleep(this, CHECK_EVERY_MS, 'rollback check');
    }
  }

  /** Ends it as a power cut does. */
  crash(): void {
    this.#end();
  }

  /** Calls back when the process ends. Returns a function that forgets the callback. */
  onEnd(callback: () => void): () => void {
    this.#endings.add(callback);
    return () => this.#endings.delete(callback);
  }

  #end(): void {
    if (this.state === 'gone') return;
    this.state = 'gone';
    this.#around.server.disconnect(this);
    releaseLocksOf(this);
    for (const callback of this.#endings) callback();
    this.#endings.clear();
  }

  freeze(isSuspended: boolean): void {
    this.#frozen = { since: this.scheduler.now, isSuspended };
    this.state = 'held';
    this.wasHeld = true;
  }

  thaw(): void {
    if (!this.#frozen) return;
    const ms = this.scheduler.now - this.#frozen.since;
    const { isSuspended } = this.#frozen;
    if (isSuspended) this.#suspendedMs += ms;
    this.#frozen = undefined;
    this.state = 'running';
    this.servingSince = this.scheduler.now;
    this.scheduler.release(this, isSuspended ? ms : 0);
  }

  /** Ends it as the first SIGTERM does. Resolves when it has ended. */
  async leave(): Promise<void> {
    this.isLeaving = true;
    await actAs(this, async () => {
      this.get(Shutdown).announce();
      await this.#app?.close();
    });
    this.#end();
  }

  async #start(): Promise<void> {
    const { config, log, server, internet, replacements, database } = this.#around;
    let builder = Test.createTestingModule({ imports: [BrokerModule.forConfig(config, log)] })
      .setLogger(false as never)
      .overrideProvider(Database)
      .useValue(openSimulatedDatabase(database, server, this))
      .overrideProvider(GuardedAgents)
      .useValue(new SimulatedAgents(internet, this))
      .overrideProvider(BackgroundWorker)
      .useValue({});
    for (const { provide, useClass } of replacements)
      builder = builder.overrideProvider(provide).useClass(useClass);
    const app = await builder.compile();
    this.#app = app;
    await app.init();
  }
}
