import { afterEach, beforeEach, jest } from '@jest/globals';

const MINUTE_MS = 60_000;

type Distance = { days?: number; minutes?: number; seconds?: number };

export type MovingClock = { advance: (distance: Distance) => void };

/**
 * Sets `Date` for this process, and so for the broker in it, until the end of each test. Timers, the PDS and the database
 * keep their own time.
 */
export function movingClock(): MovingClock {
  beforeEach(() => {
    const timers = ['setTimeout', 'setInterval', 'setImmediate', 'nextTick', 'queueMicrotask'] as const;
    const others = ['clearTimeout', 'clearInterval', 'clearImmediate', 'hrtime', 'performance'] as const;
    jest.useFakeTimers({ now: Date.now(), doNotFake: [...timers, ...others] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  return {
    advance: ({ days = 0, minutes = 0, seconds = 0 }) => {
      jest.setSystemTime(Date.now() + (days * 24 * 60 + minutes) * MINUTE_MS + seconds * 1000);
    },
  };
}
