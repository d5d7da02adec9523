import { jest } from '@jest/globals';
import { ConsecutiveRefusals } from '../../src/sessions/refresh/consecutive-refusals.ts';

/** Time as refusals are counted by. `jest.restoreAllMocks()` ends it. */
export type RefusalTime = { readonly pass: (seconds: number) => void };

/** Lets a test move the monotonic clock by which the brokers of this process count refusals, and no other. */
export function moveRefusalTime(): RefusalTime {
  let aheadMs = 0;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its own object below
  const add = ConsecutiveRefusals.prototype.add;
  const later = function (this: ConsecutiveRefusals, ...[session, code, now]: Parameters<typeof add>) {
    return add.call(this, session, code, now + aheadMs);
  };
  jest.spyOn(ConsecutiveRefusals.prototype, 'add').mockImplementation(later);
  return {
    pass: seconds => {
      aheadMs += seconds * 1000;
    },
  };
}
