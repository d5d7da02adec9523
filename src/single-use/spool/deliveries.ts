import type { OnModuleInit } from '@nestjs/common';
import { isUnavailable } from '../../database/connection/database-error.ts';
import type { Log } from '../../observability/log/log.ts';
import { GrowingPauses, pause } from '../../waiting/pause.ts';
import { runConcurrently } from '../../waiting/run-concurrently.ts';
import type { Shutdown } from '../../waiting/shutdown.service.ts';
import { stopwatch } from '../../waiting/stopwatch.ts';
import { withinTime } from '../../waiting/within-time.ts';
import type { Spool } from './spool.ts';
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

const FILES_AT_ONCE = 8;

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

/** How a replay ended. `left`: the files that stay in the directory. */
export type Replayed = { readonly stored: number; readonly left: number };

type FileResult = 'stored' | 'left' | 'database-away';

/** Stores answers that come only once, however long the database is away. */
export abstract class Deliveries<Answer, Result> implements OnModuleInit {
  /** How long a replay waits for one file before it turns to the next one. */
  protected readonly fileTimeLimitMs: number = 10_000;

  private readonly underWay = new Set<Delivery<Answer>>();
  private readonly waitingKeys = new WaitingKeys();

  constructor(
    protected readonly spool: Spool<Answer>,
    protected readonly shutdown: Shutdown,
    protected readonly log: Log,
  ) {}

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
    await this.listFiles(this.spool.directory);
  }

  /**
   * Stores what processes left in a directory. Each file is stored by itself, for 10 s at most: one that cannot be read or
   * stored stays where it is, as an alarm, and delays no other. Never rejects.
   */
  async replay(directory: string): Promise<Replayed> {
    const results = await this.replayFiles(directory);
    const stored = results.filter(result => result === 'stored').length;
    if (stored > 0) this.log.spoolReplayed(stored);
    return { stored, left: results.length - stored };
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
    if (delivery.isSpooled && result !== 'spooled') await this.deleteFile(delivery.id, this.spool.directory);
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
    const { id, answer } = delivery;
    const { directory } = this.spool;
    try {
      await this.spool.write(answer);
      delivery.isSpooled = true;
      this.spool.files.note(this.spool.fileOf(id, directory), { id, directory });
    } catch (error) {
      this.reportTrouble(answer, error);
    }
    return delivery.isSpooled;
  }

  private async deleteFile(id: string, directory: string): Promise<void> {
    await this.spool.delete(id, directory);
    this.spool.files.forget(this.spool.fileOf(id, directory));
  }

  /** Lists the files of a directory, and holds what waits for them. */
  private async listFiles(directory: string): Promise<string[]> {
    try {
      const ids = await this.spool.list(directory);
      const paths = ids.map(id => this.spool.fileOf(id, directory));
      this.spool.files.keepOnly(directory, new Set(paths));
      ids.forEach((id, index) => this.spool.files.note(paths[index] ?? '', { id, directory }));
      return ids;
    } catch (error) {
      this.log.spoolUnreadable({ directory }, error);
      return [];
    }
  }

  private async replayFiles(directory: string): Promise<FileResult[]> {
    const ids = await this.listFiles(directory);
    const underWay = new Set(Array.from(this.underWay, ({ id }) => id));
    const waiting = ids.filter(id => directory !== this.spool.directory || !underWay.has(id));
    let isAway = false;
    return runConcurrently(waiting, FILES_AT_ONCE, async id => {
      if (isAway || this.shutdown.signal.aborted) return 'left';
      const result = await this.replayFile(id, directory);
      isAway ||= result === 'database-away';
      return result;
    });
  }

  private async replayFile(id: string, directory: string): Promise<FileResult> {
    const file = this.spool.files.note(this.spool.fileOf(id, directory), { id, directory });
    if (file.isBusy) return 'left';
    file.isBusy = true;
    const storing = this.storeFile(id, directory).then(
      () => 'stored' as const,
      (error: unknown) => this.reportLeft(file, error),
    );
    void storing.finally(() => (file.isBusy = false));
    const result = await withinTime(this.fileTimeLimitMs, storing, 'late' as const);
    return result === 'late' ? this.reportLeft(file, new Error('It was not stored in time.')) : result;
  }

  /** Retries for a while if the database is away. */
  private async storeFile(id: string, directory: string): Promise<void> {
    const answer = await this.spool.read(id, directory);
    const elapsed = stopwatch();
    const pauses = new GrowingPauses(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, this.shutdown.signal);
    while (answer !== undefined) {
      try {
        await this.storeOnce(answer);
        break;
      } catch (error) {
        const isOver = this.shutdown.signal.aborted || elapsed() > this.fileTimeLimitMs;
        if (isOver || !isUnavailable(error)) throw error;
      }
      await pauses.sleep();
    }
    await this.deleteFile(id, directory);
  }

  /** Reports each file once. A database that is away says nothing about the file. */
  private reportLeft(file: { id: string; isReported: boolean }, error: unknown): FileResult {
    if (isUnavailable(error)) {
      this.log.databaseTrouble(error);
      return 'database-away';
    }
    if (!file.isReported && !this.shutdown.signal.aborted)
      this.log.spooledAnswerStuck({ file: file.id }, error);
    file.isReported = true;
    return 'left';
  }
}
