import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { EndedJournals } from '../high-water/ended-journals.service.ts';
import { Instances } from '../leases/instances/instances.service.ts';
import { type DrainedDirectory, SpoolDirectory } from '../leases/spools/spool-directory.service.ts';
import { Log } from '../observability/log/log.ts';
import { Shutdown } from '../waiting/shutdown.service.ts';
import { withinTime } from '../waiting/within-time.ts';
import { AttemptSightings } from './attempt-sightings.service.ts';
import type { SpoolTenant, UnansweredAttempt } from './spool-tenant.ts';

const ROUND_MS = 60_000;

/** How long a process that ends waits for its round. An answer that is not stored by then stays on disk. */
const LAST_ROUND_MS = 2_000;

/**
 * Settles what ended processes left behind: the earlier run of this spool, and processes whose slots are free. Stores their
 * answers, and marks the attempts without an answer in doubt, so that the token may be sent again.
 */
@Injectable()
export class SpoolDrain implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly tenants: SpoolTenant[] = [];
  /** The attempts of the earlier run that are not settled yet. */
  private earlier: readonly UnansweredAttempt[] = [];
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();

  constructor(
    private readonly spoolDirectory: SpoolDirectory,
    private readonly instances: Instances,
    private readonly attemptSightings: AttemptSightings,
    private readonly endedJournals: EndedJournals,
    private readonly shutdown: Shutdown,
    private readonly log: Log,
  ) {
    instances.provideSpoolState(() => this.isEmpty());
  }

  /** Adds a kind of token, before the application starts. */
  register(tenant: SpoolTenant): void {
    this.tenants.push(tenant);
  }

  /** Reads which attempts are of the earlier run, before this run sends anything under the same owner. */
  async onModuleInit(): Promise<void> {
    this.earlier = await this.listUnanswered(this.spoolDirectory.spoolId);
  }

  /** Starts to drain, beside serving. */
  onApplicationBootstrap(): void {
    void this.drainNow();
    this.timer = setInterval(() => void this.drainNow(), ROUND_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await withinTime(LAST_ROUND_MS, this.round, undefined);
  }

  /** Drains now, after a round that is under way. Never rejects. */
  drainNow(): Promise<void> {
    this.round = this.round.then(() => this.drain());
    return this.round;
  }

  /** Returns whether this process holds no answer that is not stored: neither on disk nor in hand. */
  async isEmpty(): Promise<boolean> {
    if (this.tenants.some(tenant => tenant.isDelivering())) return false;
    return (await this.listAnswers(this.spoolDirectory.path)).size === 0;
  }

  /** Never rejects: the next round tries again. */
  private async drain(): Promise<void> {
    if (this.shutdown.signal.aborted) return;
    try {
      this.earlier = await this.settle(this.spoolDirectory.path, this.earlier);
      await this.spoolDirectory.drainEnded(directory => this.drainEnded(directory));
    } catch (error) {
      this.log.spoolNotDrained({ directory: this.spoolDirectory.path }, error);
    }
  }

  /** Settles the directory of a process that has ended. This process holds its slot meanwhile. */
  private async drainEnded({ path, spoolId }: DrainedDirectory): Promise<void> {
    if (this.shutdown.signal.aborted) return;
    try {
      await this.endedJournals.adopt(path);
      const isListed = spoolId !== undefined && (await this.instances.isListed(spoolId));
      if (!isListed && (await this.listAnswers(path)).size === 0) return;
      await this.settle(path, spoolId === undefined ? [] : await this.listUnanswered(spoolId));
      const isEmpty = (await this.listAnswers(path)).size === 0;
      if (isListed && isEmpty) await this.instances.removeEnded(spoolId);
    } catch (error) {
      this.log.spoolNotDrained({ directory: path }, error);
    }
  }

  private async listUnanswered(owner: string): Promise<UnansweredAttempt[]> {
    const attempts = await Promise.all(this.tenants.map(tenant => tenant.listUnanswered(owner)));
    for (const attempt of attempts.flat()) this.attemptSightings.note(attempt);
    return attempts.flat();
  }

  /** Returns the attempts that are not settled: their answers are still in the directory. */
  private async settle(
    directory: string,
    attempts: readonly UnansweredAttempt[],
  ): Promise<UnansweredAttempt[]> {
    await Promise.all(this.tenants.map(tenant => tenant.replay(directory)));
    const answers = await this.listAnswers(directory);
    const lost = attempts.filter(({ answerId }) => !answers.has(answerId));
    for (const { markInDoubt } of lost) await markInDoubt();
    return attempts.filter(({ answerId }) => answers.has(answerId));
  }

  private async listAnswers(directory: string): Promise<Set<string>> {
    const ids = await Promise.all(this.tenants.map(tenant => tenant.listAnswers(directory)));
    return new Set(ids.flat().flatMap(id => id.split('.')));
  }
}
