import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';

/**
 * Collects marks, such as times of last use, and stores them in batches, because a commit per mark would delay other
 * statements. The newest mark of a key wins. A failed batch is retried with the next one, for the last time at shutdown.
 */
export abstract class BatchedMarks<Key extends string, Mark = Date>
  implements OnModuleInit, OnApplicationShutdown
{
  private marks = new Map<Key, Mark>();
  private flushing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly flushMs: number) {}

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
    this.marks.set(key, mark);
  }

  protected abstract write(marks: ReadonlyMap<Key, Mark>): Promise<void>;

  protected abstract onFailure(error: unknown): void;

  private async writeAll(): Promise<void> {
    const { marks } = this;
    if (marks.size === 0) return;
    this.marks = new Map();
    try {
      await this.write(marks);
    } catch (error) {
      this.marks = new Map([...marks, ...this.marks]);
      this.onFailure(error);
    }
  }
}
