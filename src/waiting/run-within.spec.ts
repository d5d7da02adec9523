import { getEventListeners } from 'node:events';
import { expect, it } from '@jest/globals';
import { runWithin } from './run-within.ts';

const never = new Promise<string>(() => undefined);

it('returns what the work returns, and leaves no listener on the outer signal', async () => {
  const { signal } = new AbortController();
  expect(await runWithin(60_000, signal, () => Promise.resolve('done'))).toBe('done');
  await expect(runWithin(60_000, signal, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('stops waiting after the time limit, and aborts the signal of the work', async () => {
  const signals: AbortSignal[] = [];
  const work = (over: AbortSignal): Promise<string> => {
    signals.push(over);
    return never;
  };
  expect(await runWithin(1, undefined, work)).toBeUndefined();
  expect(signals).toMatchObject([{ aborted: true }]);
});

it('stops waiting when the outer signal aborts, or was aborted before', async () => {
  const outer = new AbortController();
  const waiting = runWithin(60_000, outer.signal, () => never);
  outer.abort();
  expect(await waiting).toBeUndefined();
  expect(await runWithin(60_000, outer.signal, () => never)).toBeUndefined();
});
