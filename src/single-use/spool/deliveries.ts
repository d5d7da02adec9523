import type { OnModuleInit } from '@nestjs/common';
import { isUnavailable } from '../../database/connection/database-error.ts';
import type { Log } from '../../observability/log/log.ts';
import { GrowingPauses, pause } from '../../waiting/pause.ts';
import type { Shutdown } from '../../waiting/shutdown.service.ts';
import { withinTime } from '../../waiting/within-time.ts';
import type { Spool } from './spool.ts';
import { type Replayed, SpoolReplay } from './spool-replay.ts';
import { WaitingKeys } from './waiting-keys.ts';

/** How long an answer waits for the database before it goes to disk too. */
const SPOOL_AFTER_MS = 250;

/** How long a failed write to disk waits for the next try. */
const SPOOL_AGAIN_MS = 5_000;

/** How long a process at its end waits for the database to accept what is safe on disk already. */
const LAST_WAIT_MS = 2_000;

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/** How often the database may refuse an answer before it is left on disk, about 6 s after the first time. */
const MOST_REFUSALS = 8;

/** An answer that is not stored yet. `spooling` is its one write to disk; it resolves to false if that failed. */
type Delivery<Answer> = {
  readonly id: string;
  readonly answer: Answer;
  isStored: boolean;
  isSpooled: boolean;
  spooling: Promise<boolean> | undefined;
};

/** The two steps of a delivery. */
export type Delivered<Result> = {
  /** Resolves when a crash cannot lose the answer any more: it is in the database, or on disk. */
  readonly safe: Promise<void>;
  /**
   * Resolves when the database has the answer. `spooled`: the answer stays on disk, because the process ends or because
   * the database refuses the answer.
   */
  readonly stored: Promise<Result | 'spooled'>;
};

/** Stores answers that come only once, however long the database is away. */
export abstract class Deliveries<Answer, Result> implements OnModuleInit {
  /** How long a replay waits for one file before it turns to the next one. */
  protected readonly fileTimeLimitMs: number = 10_000;

  private readonly underWay = new Set<Delivery<Answer>>();
  private readonly waitingKeys = new WaitingKeys();
  private readonly spoolReplay: SpoolReplay<Answer>;

  constructor(
    protected readonly spool: Spool<Answer>,
    protected readonly shutdown: Shutdown,
    protected readonly log: Log,
  ) {
    this.spoolReplay = new SpoolReplay(spool, { shutdown, log, storeOnce: answer => this.storeOnce(answer) });
  }

  /** Stores an answer, without any request to another server. It is called again after it throws. */
  protected abstract storeOnce(answer: Answer): Promise<Result>;

  protected abstract reportTrouble(answer: Answer, error: unknown): void;

  /**
   * Returns whether an answer for a key (a part of a spool file's name) is on disk here or on its way into the database.
   * Until it is stored, what the key names must not send anything.
   */
  isWaitingFor(key: string): boolean {
    return this.waitingKeys.has(key) || this.spool.files.isWaitingFor(key);
  }

  /** Notes what an earlier process left on disk, before this one sends anything. */
  async onModuleInit(): Promise<void> {
    await this.spoolReplay.listFiles(this.spool.directory);
  }

  /**
   * Stores what processes left in a directory. Each file is stored by itself, for 10 s at most: one that cannot be read or
   * stored stays where it is, as an alarm, and delays no other. Never rejects.
   */
  replay(directory: string): Promise<Replayed> {
    const isInHand = (id: string): boolean => Array.from(this.underWay).some(delivery => delivery.id === id);
    return this.spoolReplay.run(directory, {
      fileTimeLimitMs: this.fileTimeLimitMs,
      isInHand: id => directory === this.spool.directory && isInHand(id),
    });
  }

  /** Lists the ids of the answers in a directory. */
  listSpooled(directory: string): Promise<string[]> {
    return this.spool.list(directory);
  }

  /** Returns whether an answer is in hand that is not stored yet. */
  get isDelivering(): boolean {
    return Array.from(this.underWay).some(({ isStored }) => !isStored);
  }

  /** Stores an answer and retries until it is stored. An answer that waits for longer goes to disk too. */
  deliver(answer: Answer): Delivered<Result> {
    const id = this.spool.idOf(answer);
    const delivery: Delivery<Answer> = { id, answer, isStored: false, isSpooled: false, spooling: undefined };
    this.underWay.add(delivery);
    this.waitingKeys.add(id);
    const storing = this.store(delivery);
    const safe = this.spoolWhenSlow(delivery, storing);
    const stored = this.finish(delivery, safe, storing).finally(() => {
      this.underWay.delete(delivery);
      this.waitingKeys.remove(id);
    });
    return { safe, stored };
  }

  /** Writes all unstored answers to disk, for a process that exits now. Returns whether all of them are safe. */
  async spoolAll(): Promise<boolean> {
    const unsafe = Array.from(this.underWay).filter(({ isStored }) => !isStored);
    const spooled = await Promise.all(unsafe.map(delivery => this.spoolOnce(delivery)));
    return spooled.every(Boolean);
  }

  private async finish(
    delivery: Delivery<Answer>,
    safe: Promise<void>,
    storing: Promise<Result | 'spooled'>,
  ): Promise<Result | 'spooled'> {
    await safe;
    const result = await this.awaitStored(delivery, storing);
    if (delivery.isSpooled && result !== 'spooled') await this.spool.delete(delivery.id);
    return result;
  }

  private async spoolWhenSlow(delivery: Delivery<Answer>, storing: Promise<unknown>): Promise<void> {
    for (let waitMs = SPOOL_AFTER_MS; ; waitMs = SPOOL_AGAIN_MS) {
      await Promise.race([storing, pause(waitMs, this.shutdown.signal)]);
      if (delivery.isStored || (await this.spoolOnce(delivery))) return;
    }
  }

  /**
   * Retries while the database is away. An answer that the database refuses stays on disk, where a replay tries it again
   * each minute.
   */
  private async store(delivery: Delivery<Answer>): Promise<Result | 'spooled'> {
    const { answer } = delivery;
    const pauses = new GrowingPauses(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, this.shutdown.signal);
    for (let refusals = 0; ;) {
      try {
        const result = await this.storeOnce(answer);
        delivery.isStored = true;
        return result;
      } catch (error) {
        this.reportTrouble(answer, error);
        if (this.shutdown.signal.aborted && delivery.isSpooled) return 'spooled';
        if (!isUnavailable(error)) refusals++;
        if (refusals >= MOST_REFUSALS && (await this.spoolOnce(delivery))) return 'spooled';
      }
      await pauses.sleep();
    }
  }

  /** Waits until the answer is stored, and during shutdown for 2 s at most: a silent database does not block exit. */
  private async awaitStored(
    delivery: Delivery<Answer>,
    storing: Promise<Result | 'spooled'>,
  ): Promise<Result | 'spooled'> {
    const { signal } = this.shutdown;
    let result: Result | 'spooled' | undefined;
    const ended = storing.then(value => {
      result = value;
    });
    while (result === undefined && !delivery.isStored && !signal.aborted)
      await Promise.race([ended, pause(SPOOL_AGAIN_MS, signal)]);
    return delivery.isStored ? storing : withinTime(LAST_WAIT_MS, storing, 'spooled' as const);
  }

  /** Allows one write per spool file at a time. Later callers share it. */
  private spoolOnce(delivery: Delivery<Answer>): Promise<boolean> {
    delivery.spooling ??= this.trySpool(delivery).finally(() => {
      if (!delivery.isSpooled) delivery.spooling = undefined;
    });
    return delivery.spooling;
  }

  private async trySpool(delivery: Delivery<Answer>): Promise<boolean> {
    const { answer } = delivery;
    try {
      await this.spool.write(answer);
      delivery.isSpooled = true;
    } catch (error) {
      this.reportTrouble(answer, error);
    }
    return delivery.isSpooled;
  }
}
