import { describe, expect, it } from '@jest/globals';
import { BatchedMarks, type BatchedMarksOptions } from './batched-marks.ts';

const [early, late] = [new Date(1000), new Date(2000)];

class TestMarks extends BatchedMarks<string> {
  readonly written: Record<string, Date>[] = [];
  readonly failures: unknown[] = [];
  isAway = false;
  /** The number of the write that fails. */
  failsAt = 0;
  private writes = 0;

  constructor(options?: BatchedMarksOptions) {
    super(60_000, options);
  }

  remember(key: string, at: Date): void {
    this.mark(key, at);
  }

  protected async write(marks: ReadonlyMap<string, Date>): Promise<void> {
    await Promise.resolve();
    if (this.isAway || ++this.writes === this.failsAt) throw new Error('away');
    this.written.push(Object.fromEntries(marks));
  }

  protected onFailure(error: unknown): void {
    this.failures.push(error);
  }
}

/** Joins texts. Its first write fails. */
class TestTexts extends BatchedMarks<string, string> {
  readonly written: Record<string, string>[] = [];
  private hasFailed = false;

  constructor() {
    super(60_000);
  }

  add(key: string, text: string): void {
    this.mark(key, text);
  }

  protected override merge(earlier: string, later: string): string {
    return earlier + later;
  }

  protected async write(texts: ReadonlyMap<string, string>): Promise<void> {
    await Promise.resolve();
    if (!this.hasFailed) throw new Error('away');
    this.written.push(Object.fromEntries(texts));
  }

  protected onFailure(): void {
    this.hasFailed = true;
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

  it('are written in batches of a limited size, of which only the failed ones are repeated', async () => {
    const marks = new TestMarks({ batchSize: 2 });
    for (const key of ['a', 'b', 'c']) marks.remember(key, early);
    marks.failsAt = 2;
    await marks.flush();
    expect([marks.failures.length, marks.written]).toEqual([1, [{ a: early, b: early }]]);
    await marks.flush();
    expect(marks.written).toEqual([{ a: early, b: early }, { c: early }]);
  });

  it('are merged in the order in which they came, also after a failure', async () => {
    const texts = new TestTexts();
    for (const text of ['1', '2']) texts.add('a', text);
    const failing = texts.flush();
    texts.add('a', '3');
    await failing;
    await texts.flush();
    expect(texts.written).toEqual([{ a: '123' }]);
  });

  it('are dropped for further keys while there are too many', async () => {
    const marks = new TestMarks({ most: 2 });
    marks.isAway = true;
    for (const key of ['a', 'b', 'c']) marks.remember(key, early);
    await marks.flush();
    marks.remember('d', early);
    marks.remember('b', late);
    marks.isAway = false;
    await marks.flush();
    expect(marks.written).toEqual([{ a: early, b: late }]);
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
