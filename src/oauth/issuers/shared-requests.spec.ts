import { expect, it } from '@jest/globals';
import { SharedRequests } from './shared-requests.ts';

it('shares a request among those who ask while it is under way, and with nobody later', async () => {
  const requests = new SharedRequests<number>();
  let asked = 0;
  const ask = (name: string): Promise<number> => requests.ask(name, () => Promise.resolve(++asked));
  expect(await Promise.all([ask('a'), ask('b'), ask('a')])).toEqual([1, 2, 1]);
  expect(await ask('a')).toBe(3);
});

it('shares a failure too, so that nobody waits for one after the other', async () => {
  const requests = new SharedRequests<number>();
  const failures = ['first', 'second'];
  const ask = (): Promise<number> => requests.ask('a', () => Promise.reject(new Error(failures.shift())));
  const results = await Promise.allSettled([ask(), ask()]);
  expect(results).toMatchObject([{ reason: { message: 'first' } }, { reason: { message: 'first' } }]);
  await expect(ask()).rejects.toThrow('second');
});
