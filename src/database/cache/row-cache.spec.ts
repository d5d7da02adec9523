import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RowCache } from './row-cache.ts';

type Row = { readonly version: number };

describe('RowCache', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** A table of one row. The test changes the row and may delay its reads. */
  function table() {
    const state = {
      row: { version: 1 } as Row | undefined,
      reads: 0,
      hold: Promise.resolve(),
      failing: false,
      /** The time until which no other process has written. */
      unchangedUntil: -Infinity,
    };
    const read = async (): Promise<Row | undefined> => {
      state.reads++;
      const { row, failing } = state;
      await state.hold;
      if (failing) throw new Error('the database is away');
      return row;
    };
    const foreignWrites = {
      unchangedUntil: (readStartedAt: number) => Math.max(readStartedAt, state.unchangedUntil),
    };
    const size = { of: ({ version }: Row) => version, most: 1_000 };
    return { state, rows: new RowCache<Row>(foreignWrites, { read, maxRows: 100, size }) };
  }

  it('reads a row once for concurrent callers and for callers soon after', async () => {
    const { state, rows } = table();
    expect(await Promise.all([rows.get('a'), rows.get('a')])).toEqual([{ version: 1 }, { version: 1 }]);
    jest.advanceTimersByTime(2_000);
    await rows.get('a');
    expect(state.reads).toBe(1);
  });

  it('shows a change within 5 s, and reads a row in use earlier, in the background', async () => {
    const { state, rows } = table();
    await rows.get('a');
    state.row = { version: 2 };
    jest.advanceTimersByTime(2_500);
    expect(await rows.get('a')).toEqual({ version: 1 });
    expect(state.reads).toBe(2);
    await jest.advanceTimersByTimeAsync(0);
    expect(await rows.get('a')).toEqual({ version: 2 });
    state.row = { version: 3 };
    jest.advanceTimersByTime(5_000);
    expect(await rows.get('a')).toEqual({ version: 3 });
  });

  it('counts the age of a row from the start of its read', async () => {
    const { state, rows } = table();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    state.hold = promise;
    const slow = rows.get('a');
    jest.advanceTimersByTime(6_000);
    resolve(undefined);
    await slow;
    await rows.get('a');
    expect(state.reads).toBe(2);
  });

  it('returns the cached row while reads fail, but not beyond its age limit', async () => {
    const { state, rows } = table();
    await rows.get('a');
    state.failing = true;
    jest.advanceTimersByTime(4_000);
    expect(await rows.get('a')).toEqual({ version: 1 });
    jest.advanceTimersByTime(1_000);
    await expect(rows.get('a')).rejects.toThrow('away');
  });

  it('does not wait for a read that began too long ago', async () => {
    const { state, rows } = table();
    state.hold = new Promise(() => undefined);
    void rows.get('a');
    jest.advanceTimersByTime(5_000);
    state.hold = Promise.resolve();
    state.row = { version: 2 };
    expect(await rows.get('a')).toEqual({ version: 2 });
  });

  it('does not cache a missing row', async () => {
    const { state, rows } = table();
    state.row = undefined;
    expect(await rows.get('a')).toBeUndefined();
    state.row = { version: 1 };
    expect(await rows.get('a')).toEqual({ version: 1 });
  });

  it.each<[string, (rows: RowCache<Row>) => void]>([
    [
      'by its key',
      rows => {
        rows.forget('a');
      },
    ],
    [
      'by what it says',
      rows => {
        rows.forgetWhere(({ version }) => version === 1);
      },
    ],
  ])('forgets a row %s, also one that is being read', async (_name, forget) => {
    const { state, rows } = table();
    await rows.get('a');
    const { promise, resolve } = Promise.withResolvers<undefined>();
    state.hold = promise;
    const before = rows.reload('a');
    forget(rows);
    state.row = { version: 2 };
    resolve(undefined);
    expect(await before).toEqual({ version: 1 });
    expect(await rows.get('a')).toEqual({ version: 2 });
  });

  it('keeps a row while no other process writes, but not for ever', async () => {
    const { state, rows } = table();
    await rows.get('a');
    for (let minute = 0; minute < 4; minute++) {
      jest.advanceTimersByTime(60_000);
      state.unchangedUntil = performance.now() - 1_000;
      await rows.get('a');
    }
    expect(state.reads).toBe(1);
    state.unchangedUntil = performance.now() + 3_600_000;
    jest.advanceTimersByTime(60_000);
    await rows.get('a');
    expect(state.reads).toBe(2);
    await jest.advanceTimersByTimeAsync(600_000);
    state.row = { version: 2 };
    expect(await rows.get('a')).toEqual({ version: 2 });
  });

  it('applies a change of this process without a read, and does not extend the life of the row', async () => {
    const { state, rows } = table();
    const amend = (key: string) => {
      rows.amend(key, ({ version }) => ({ version: version + 10 }));
    };
    await rows.get('a');
    jest.advanceTimersByTime(2_000);
    amend('a');
    amend('b');
    expect(await rows.get('a')).toEqual({ version: 11 });
    expect(state.reads).toBe(1);
    expect(await rows.get('b')).toEqual({ version: 1 });
    jest.advanceTimersByTime(3_000);
    expect(await rows.get('a')).toEqual({ version: 1 });
  });

  it('keeps up to maxRows rows and drops the least recently used first', async () => {
    const { state, rows } = table();
    for (let key = 0; key <= 100; key++) {
      await rows.get(String(key));
      await rows.get('0');
    }
    expect(state.reads).toBe(101);
    await rows.get('0');
    expect(state.reads).toBe(101);
    await rows.get('1');
    expect(state.reads).toBe(102);
  });

  it('keeps rows up to the limit in bytes', async () => {
    const { state, rows } = table();
    state.row = { version: 400 };
    for (const key of ['a', 'b', 'c']) await rows.get(key);
    await rows.get('c');
    expect(state.reads).toBe(3);
    await rows.get('a');
    expect(state.reads).toBe(4);
  });
});
