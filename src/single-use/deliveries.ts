import type { Log } from '../observability/log/log.ts';
import { pause } from '../waiting/pause.ts';
import type { Shutdown } from '../waiting/shutdown.service.ts';
import { withinTime } from '../waiting/within-time.ts';
import type { Spool } from './spool.ts';
import { type Persistence, untilWritten } from './persistent-writes.service.ts';

/** How long an answer waits for the database before it goes to disk too. */
const SPOOL_AFTER_MS = 250;

/** How long a failed write to disk waits for the next try. */
const SPOOL_AGAIN_MS = 5_000;

/** How long a process at its end waits for the database to accept what is safe on disk already. */
const LAST_WAIT_MS = 2_000;

/** An answer that is not stored yet. `spooling` is its one write to disk; it resolves to false if that failed. */
type Delivery<Answer> = {
  readonly answer: Answer;
  isStored: boolean;
  isSpooled: boolean;
  spooling: Promise<boolean> | undefined;
};

/** The two steps of a delivery. */
export type Delivered<Result> = {
  /** Resolves when a crash cannot lose the answer any more: it is in the database, or on disk. */
  readonly safe: Promise<void>;
  /** Resolves when the database has the answer, or at the process's end: the next process finds it in the spool. */
  readonly stored: Promise<Result | 'spooled'>;
};

/** Stores answers that come only once, however long the database is away. */
export abstract class Deliveries<Answer, Result> {
  private readonly underWay = new Set<Delivery<Answer>>();

  constructor(
    protected readonly spool: Spool<Answer>,
    protected readonly shutdown: Shutdown,
    protected readonly log: Log,
  ) {}

  /** Stores an answer. It is called again after it throws. */
  protected abstract storeOnce(answer: Answer): Promise<Result>;

  protected abstract reportTrouble(answer: Answer, error: unknown): void;

  /**
   * Stores the answers that ended processes left in a directory. Those that cannot be stored stay.
   *
   * @param directory that this process holds: its own slot, or one that it drains
   */
  async replay(directory: string): Promise<void> {
    let replayed = 0;
    for (const id of await this.spool.list(directory)) {
      const answer = await this.spool.read(id, directory).catch((error: unknown) => {
        this.log.rowUnreadable(error);
      });
      if (!answer) continue;
      await this.storeOnce(answer);
      await this.spool.delete(id, directory);
      replayed++;
    }
    if (replayed > 0) this.log.spoolReplayed(replayed);
  }

  /** Lists the ids of the answers in a directory. */
  listSpooled(directory: string): Promise<string[]> {
    return this.spool.list(directory);
  }

  /** Returns whether an answer is in hand that is not stored yet. */
  get isDelivering(): boolean {
    return Array.from(this.underWay).some(({ isStored }) => !isStored);
  }

  /** Returns whether this process holds the answer of this id, in hand or on disk. */
  async holdsAnswer(id: string): Promise<boolean> {
    const isInHand = Array.from(this.underWay).some(({ answer }) => this.spool.idOf(answer) === id);
    return isInHand || (await this.spool.list()).includes(id);
  }

  /** Stores an answer and retries until it is stored. An answer that waits for longer goes to disk too. */
  deliver(answer: Answer): Delivered<Result> {
    const delivery: Delivery<Answer> = { answer, isStored: false, isSpooled: false, spooling: undefined };
    this.underWay.add(delivery);
    const storing = this.store(delivery);
    const safe = this.spoolWhenSlow(delivery, storing);
    const stored = this.finish(delivery, safe, storing).finally(() => this.underWay.delete(delivery));
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
    if (delivery.isSpooled && result !== 'spooled') await this.spool.delete(this.spool.idOf(delivery.answer));
    return result;
  }

  private async spoolWhenSlow(delivery: Delivery<Answer>, storing: Promise<unknown>): Promise<void> {
    for (let waitMs = SPOOL_AFTER_MS; ; waitMs = SPOOL_AGAIN_MS) {
      await Promise.race([storing, pause(waitMs, this.shutdown.signal)]);
      if (delivery.isStored || (await this.spoolOnce(delivery))) return;
    }
  }

  private async store(delivery: Delivery<Answer>): Promise<Result | 'spooled'> {
    const { answer } = delivery;
    const persistence: Persistence = {
      shutdown: this.shutdown.signal,
      onFailure: error => {
        this.reportTrouble(answer, error);
      },
      mayAbandon: () => delivery.isSpooled,
    };
    try {
      const result = await untilWritten(() => this.storeOnce(answer), persistence);
      delivery.isStored = true;
      return result;
    } catch {
      return 'spooled'; // Every failure was reported.
    }
  }

  /** Waits until the answer is stored, and during shutdown for 2 s at most: a silent database does not block exit. */
  private async awaitStored(
    delivery: Delivery<Answer>,
    storing: Promise<Result | 'spooled'>,
  ): Promise<Result | 'spooled'> {
    const { signal } = this.shutdown;
    while (!delivery.isStored && !signal.aborted)
      await Promise.race([storing, pause(SPOOL_AGAIN_MS, signal)]);
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
    try {
      await this.spool.write(delivery.answer);
      delivery.isSpooled = true;
    } catch (error) {
      this.reportTrouble(delivery.answer, error);
    }
    return delivery.isSpooled;
  }
}
