import { jest } from '@jest/globals';
import { Streaks } from '../../src/waiting/streaks.ts';

/** Time as refusals are counted by. `jest.restoreAllMocks()` ends it. */
export type RefusalTime = { readonly pass: (seconds: number) => void };

/** Lets a test move the monotonic clock by which the brokers of this process count refusals, heartbeats and sendings. */
export function moveRefusalTime(): RefusalTime {
  let aheadMs = 0;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its own object below
  const note = Streaks.prototype.note;
  const later = function (this: Streaks, ...[key, value, now]: Parameters<typeof note>) {
    return note.call(this, key, value, now + aheadMs);
  };
  jest.spyOn(Streaks.prototype, 'note').mockImplementation(later);
  return {
    pass: seconds => {
      aheadMs += seconds * 1000;
    },
  };
}
