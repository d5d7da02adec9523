import { setTimeout as delay } from 'node:timers/promises';
import type { Shutdown } from '../waiting/shutdown.service.ts';
import { pause } from '../waiting/pause.ts';
import type { Spool } from './spool.ts';

/** How long an answer waits for the database before it is put on disk. */
const SPOOL_AFTER_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** How long a process that ends waits for the database to take what is safe on disk already. */
const LAST_WAIT_MS = 2_000;

/** Where answers go, and what is told of the way there. */
export type Destination<Answer, Result> = {
  readonly spool: Spool<Answer>;
  readonly closing: Shutdown;
  /** Stores an answer if the database takes it; it is asked again after it has thrown. */
  readonly storeOnce: (answer: Answer) => Promise<Result>;
  readonly onTrouble: (answer: Answer, error: unknown) => void;
};

/** An answer on its way into the database; `spooling` is its one way onto the disk, `false` when that failed. */
type Delivery<Answer> = {
  readonly answer: Answer;
  isStored: boolean;
  isSpooled: boolean;
  spooling: Promise<boolean> | undefined;
};

/** What becomes of an answer, in two steps. */
export type Delivered<Result> = {
  /** Resolves as soon as a crash cannot lose the answer any more: it is in the database, or on disk. */
  readonly safe: Promise<void>;
  /** Resolves when the database has it, or when the process ends and the next one finds it in the spool. */
  readonly stored: Promise<Result | 'spooled'>;
};

/** Brings answers that come only once into the database, however long that takes. */
export class Deliveries<Answer, Result> {
  private readonly inHand = new Set<Delivery<Answer>>();

  constructor(private readonly destination: Destination<Answer, Result>) {}

  /** Stores an answer, and tries until it is stored; as soon as that takes long, it is on disk as well. */
  deliver(answer: Answer): Delivered<Result> {
    const delivery: Delivery<Answer> = { answer, isStored: false, isSpooled: false, spooling: undefined };
    this.inHand.add(delivery);
    const storing = this.storeAtLast(delivery);
    const safe = this.spoolWhenSlow(delivery, storing);
    const stored = this.finish(delivery, safe, storing).finally(() => this.inHand.delete(delivery));
    return { safe, stored };
  }

  /** Puts on disk whatever is not stored yet, for a process that ends now; answers whether all of it is safe. */
  async spoolAll(): Promise<boolean> {
    const unsafe = Array.from(this.inHand).filter(({ isStored }) => !isStored);
    const spooled = await Promise.all(unsafe.map(delivery => this.spoolOnce(delivery)));
    return spooled.every(Boolean);
  }

  /**
   * Stores what an earlier process had to leave on disk; answers how much that was.
   *
   * @param onUnreadable told of a file that cannot be opened, which stays
   */
  async replay(onUnreadable: (error: unknown) => void): Promise<number> {
    const { spool, storeOnce } = this.destination;
    let replayed = 0;
    for (const id of await spool.list()) {
      const answer = await spool.read(id).catch(onUnreadable);
      if (!answer) continue;
      await storeOnce(answer);
      await spool.delete(answer);
      replayed++;
    }
    return replayed;
  }

  private async finish(
    delivery: Delivery<Answer>,
    safe: Promise<void>,
    storing: Promise<Result | 'spooled'>,
  ): Promise<Result | 'spooled'> {
    await safe;
    const result = await this.awaitStored(delivery, storing);
    if (delivery.isSpooled && result !== 'spooled') await this.destination.spool.delete(delivery.answer);
    return result;
  }

  private async spoolWhenSlow(delivery: Delivery<Answer>, storing: Promise<unknown>): Promise<void> {
    for (let waitMs = SPOOL_AFTER_MS; ; waitMs = LONGEST_PAUSE_MS) {
      await Promise.race([storing, pause(waitMs, this.destination.closing.signal)]);
      if (delivery.isStored || (await this.spoolOnce(delivery))) return;
    }
  }

  private async storeAtLast(delivery: Delivery<Answer>): Promise<Result | 'spooled'> {
    const { storeOnce, onTrouble, closing } = this.destination;
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        const result = await storeOnce(delivery.answer);
        delivery.isStored = true;
        return result;
      } catch (error) {
        onTrouble(delivery.answer, error);
      }
      if (delivery.isSpooled && closing.signal.aborted) return 'spooled';
      await pause(pauseMs, closing.signal);
    }
  }

  /** Waits for as long as the process lives, and a little longer: a silent database does not keep it from ending. */
  private async awaitStored(
    delivery: Delivery<Answer>,
    storing: Promise<Result | 'spooled'>,
  ): Promise<Result | 'spooled'> {
    const { signal } = this.destination.closing;
    while (!delivery.isStored && !signal.aborted)
      await Promise.race([storing, pause(LONGEST_PAUSE_MS, signal)]);
    return delivery.isStored ? storing : Promise.race([storing, delay(LAST_WAIT_MS, 'spooled' as const)]);
  }

  /** Two writers of one file would spoil it: who comes while it is written waits for that. */
  private spoolOnce(delivery: Delivery<Answer>): Promise<boolean> {
    delivery.spooling ??= this.trySpool(delivery).finally(() => {
      if (!delivery.isSpooled) delivery.spooling = undefined;
    });
    return delivery.spooling;
  }

  private async trySpool(delivery: Delivery<Answer>): Promise<boolean> {
    const { spool, onTrouble } = this.destination;
    try {
      await spool.write(delivery.answer);
      delivery.isSpooled = true;
    } catch (error) {
      onTrouble(delivery.answer, error);
    }
    return delivery.isSpooled;
  }
}
