import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';

export type BatchedMarksOptions = {
  /** The limit of marks per write. */
  readonly batchSize?: number;
  /** The limit of marks in memory. Marks of further keys are dropped. */
  readonly most?: number;
};

/**
 * Collects marks, such as times of last use, and stores them in batches, because a commit per mark would delay other
 * statements. The newest mark of a key wins, unless {@link merge} says otherwise. A failed batch is retried with the next
 * one, for the last time at shutdown.
 */
export abstract class BatchedMarks<Key extends string, Mark = Date>
  implements OnModuleInit, OnApplicationShutdown
{
  private marks = new Map<Key, Mark>();
  private flushing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private readonly batchSize: number;
  private readonly most: number;

  constructor(
    private readonly flushMs: number,
    { batchSize = Infinity, most = Infinity }: BatchedMarksOptions = {},
  ) {
    this.batchSize = batchSize;
    this.most = most;
  }

  onModuleInit(): void {
    this.timer = setInterval(() => void this.flush(), this.flushMs);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Stores the collected marks after the batch in progress. Never rejects. */
  flush(): Promise<void> {
    this.flushing = this.flushing.then(() => this.writeAll());
    return this.flushing;
  }

  protected mark(key: Key, mark: Mark): void {
    const marked = this.marks.get(key);
    if (marked !== undefined) this.marks.set(key, this.merge(marked, mark));
    else if (this.marks.size < this.most) this.marks.set(key, mark);
  }

  /** Joins two marks of a key. */
  protected merge(_earlier: Mark, later: Mark): Mark {
    return later;
  }

  /** Stores a batch, all or none. */
  protected abstract write(marks: ReadonlyMap<Key, Mark>): Promise<void>;

  protected abstract onFailure(error: unknown): void;

  private async writeAll(): Promise<void> {
    const unwritten = [...this.marks];
    this.marks = new Map();
    try {
      while (unwritten.length > 0) {
        await this.write(new Map(unwritten.slice(0, this.batchSize)));
        unwritten.splice(0, this.batchSize);
      }
    } catch (error) {
      this.keep(unwritten);
      this.onFailure(error);
    }
  }

  /** Puts the marks of a failed write before those that came meanwhile. */
  private keep(unwritten: readonly (readonly [Key, Mark])[]): void {
    const { marks } = this;
    this.marks = new Map(unwritten);
    for (const [key, mark] of marks) this.mark(key, mark);
  }
}
