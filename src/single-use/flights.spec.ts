import { expect, it } from '@jest/globals';
import { Flights, type Landing } from './flights.ts';

it('keeps a flight until it has landed, however many others there are', async () => {
  const flights = new Flights<Landing>();
  const landing = Promise.withResolvers<undefined>();
  const flight = flights.add('first', { landed: landing.promise });
  const crowd = Array.from({ length: 10_001 }, (_, index) =>
    flights.add(`token ${index}`, { landed: Promise.resolve() }),
  );
  expect(flights.size).toBe(crowd.length + 1);
  await crowd.at(-1)?.landed;
  await Promise.resolve();
  expect(flights.size).toBe(1);
  expect(flights.find('first')).toBe(flight);
  landing.resolve(undefined);
  await flights.allLanded();
  expect(flights.find('first')).toBeUndefined();
});

it('waits for every flight, also for those that fail', async () => {
  const flights = new Flights<Landing>();
  const [good, bad] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  flights.add('good', { landed: good.promise });
  flights.add('bad', { landed: bad.promise });
  let hasEnded = false;
  const all = flights.allLanded().then(() => (hasEnded = true));
  bad.reject(new Error('no'));
  await Promise.allSettled([bad.promise]);
  expect(hasEnded).toBe(false);
  good.resolve(undefined);
  await all;
  expect(flights.size).toBe(0);
});
