import { describe, expect, it } from '@jest/globals';
import { BatchedMarks } from './batched-marks.ts';

const [early, late] = [new Date(1000), new Date(2000)];

class TestMarks extends BatchedMarks<string> {
  readonly written: Record<string, Date>[] = [];
  readonly failures: unknown[] = [];
  isAway = false;

  constructor() {
    super(60_000);
  }

  remember(key: string, at: Date): void {
    this.mark(key, at);
  }

  protected async write(marks: ReadonlyMap<string, Date>): Promise<void> {
    await Promise.resolve();
    if (this.isAway) throw new Error('away');
    this.written.push(Object.fromEntries(marks));
  }

  protected onFailure(error: unknown): void {
    this.failures.push(error);
  }
}

describe('marks written in batches', () => {
  it('are stored once per key, with the newest mark', async () => {
    const marks = new TestMarks();
    marks.remember('a', early);
    marks.remember('b', early);
    marks.remember('a', late);
    await marks.flush();
    await marks.flush();
    expect(marks.written).toEqual([{ a: late, b: early }]);
  });

  it('are retried after a failure, and newer marks win', async () => {
    const marks = new TestMarks();
    marks.isAway = true;
    marks.remember('a', early);
    marks.remember('b', early);
    const failing = marks.flush();
    marks.remember('a', late);
    await failing;
    expect([marks.failures.length, marks.written]).toEqual([1, []]);
    marks.isAway = false;
    await marks.flush();
    expect(marks.written).toEqual([{ a: late, b: early }]);
  });

  it('are stored at shutdown, after the batch in progress', async () => {
    const marks = new TestMarks();
    marks.onModuleInit();
    marks.remember('a', early);
    const first = marks.flush();
    await Promise.resolve();
    marks.remember('a', late);
    await marks.onApplicationShutdown();
    await first;
    expect(marks.written).toEqual([{ a: early }, { a: late }]);
  });
});
