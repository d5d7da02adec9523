import { expect, it } from '@jest/globals';
import { measureSeldom } from './metrics-measurement.ts';

it('calls its source again only after the age limit, for any caller and after any result', async () => {
  let [now, asked] = [0, 0];
  const failures: unknown[] = [];
  const failure = new Error('no');
  const measured = measureSeldom(
    () => (++asked === 2 ? Promise.reject(failure) : Promise.resolve(asked)),
    error => failures.push(error),
    { maxAgeMs: 10, now: () => now },
  );
  expect(await Promise.all([measured(), measured()])).toEqual([1, 1]);
  now = 9;
  expect(await measured()).toBe(1);
  now = 10;
  expect(await measured()).toBeUndefined();
  now = 19;
  expect(await measured()).toBeUndefined();
  expect(failures).toEqual([failure]);
  now = 20;
  expect(await measured()).toBe(3);
  expect(asked).toBe(3);
});

it('does not wait for a slow source, and ignores its late failure', async () => {
  const failures: unknown[] = [];
  const late = Promise.withResolvers<number>();
  const measured = measureSeldom(
    () => late.promise,
    error => failures.push(error),
    { patienceMs: 5 },
  );
  expect(await measured()).toBeUndefined();
  late.reject(new Error('too late'));
  expect(await measured()).toBeUndefined();
  expect(failures).toEqual([expect.objectContaining({ message: 'Not measured within 0.005 s.' })]);
});

it('treats a source that throws synchronously as failed', async () => {
  const failures: unknown[] = [];
  const source = (): Promise<number> => {
    throw new Error('at once');
  };
  expect(await measureSeldom(source, error => failures.push(error))()).toBeUndefined();
  expect(failures).toHaveLength(1);
});
