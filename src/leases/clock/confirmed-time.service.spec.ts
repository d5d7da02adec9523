import { beforeEach, describe, expect, it } from '@jest/globals';
import { ProcessClock } from '../../waiting/process-clock.service.ts';
import { ConfirmedTime } from './confirmed-time.service.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START = Date.parse('2026-11-20T18:00:00.000Z');
const NEVER = new Date(0);

class SetClock extends ProcessClock {
  at = 0;

  override monotonic(): number {
    return this.at;
  }
}

describe('the confirmed time', () => {
  let clock: SetClock;
  let time: ConfirmedTime;
  beforeEach(() => {
    clock = new SetClock();
    time = new ConfirmedTime(clock);
  });

  /** Notes a reading each half minute for some time, of a clock that is `lead` ahead. */
  const run = (forMs: number, lead = 0): void => {
    for (const end = clock.at + forMs; clock.at <= end; clock.at += 30_000)
      time.note({ database: START + clock.at + lead, monotonic: clock.at });
    clock.at -= 30_000;
  };

  it('does not exist in the first hour of a process', () => {
    expect(time.get()).toEqual(NEVER);
    run(HOUR_MS - MINUTE_MS);
    expect(time.get()).toEqual(NEVER);
  });

  it('is between an hour and an hour and five minutes ago afterwards', () => {
    for (let n = 0; n < 50; n++) {
      run(n === 0 ? HOUR_MS : 7 * MINUTE_MS);
      const age = START + clock.at - time.get().getTime();
      expect(age).toBeGreaterThanOrEqual(HOUR_MS);
      expect(age).toBeLessThan(HOUR_MS + 6 * MINUTE_MS);
    }
  });

  it('is not moved by a clock that is ahead for less than an hour', () => {
    run(2 * HOUR_MS);
    run(HOUR_MS - MINUTE_MS, 100 * DAY_MS);
    expect(time.get().getTime()).toBeLessThanOrEqual(START + clock.at);
    run(3 * HOUR_MS);
    expect(time.get().getTime()).toBeLessThanOrEqual(START + clock.at);
  });

  it('goes back at once with a clock that was ahead', () => {
    run(2 * HOUR_MS, DAY_MS);
    clock.at += 30_000;
    time.note({ database: START + clock.at, monotonic: clock.at });
    expect(time.get()).toEqual(new Date(START + clock.at));
  });

  it('follows readings that are handed in late', () => {
    run(0);
    time.note({ database: START - DAY_MS, monotonic: clock.at - HOUR_MS });
    expect(time.get()).toEqual(new Date(START - DAY_MS));
    time.note({ database: START - 1, monotonic: clock.at - HOUR_MS });
    expect(time.get()).toEqual(new Date(START - 1));
  });
});
