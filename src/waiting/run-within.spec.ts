import { getEventListeners } from 'node:events';
import { expect, it } from '@jest/globals';
import { withPatience } from './run-within.ts';

const never = new Promise<string>(() => undefined);

it('returns what the work returns, and leaves no listener with whom it listened to', async () => {
  const { signal } = new AbortController();
  expect(await withPatience(60_000, signal, () => Promise.resolve('done'))).toBe('done');
  await expect(withPatience(60_000, signal, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('ends the waiting in time, and tells the work', async () => {
  const told: AbortSignal[] = [];
  const work = (over: AbortSignal): Promise<string> => {
    told.push(over);
    return never;
  };
  expect(await withPatience(1, undefined, work)).toBeUndefined();
  expect(told).toMatchObject([{ aborted: true }]);
});

it('ends with what it listens to, also when that has ended already', async () => {
  const outer = new AbortController();
  const waiting = withPatience(60_000, outer.signal, () => never);
  outer.abort();
  expect(await waiting).toBeUndefined();
  expect(await withPatience(60_000, outer.signal, () => never)).toBeUndefined();
});
