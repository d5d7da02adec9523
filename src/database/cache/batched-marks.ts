import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';

/**
 * Remembers when things were last used, by their keys, and writes that down in batches: a commit each would hold up
 * everything else. Of one key the last mark counts. What could not be written is tried again with the next batch, the
 * last time when the process ends.
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

  /** Writes down what is remembered, after what is being written already. Never rejects. */
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
