import { describe, expect, it } from '@jest/globals';
import { ConsecutiveRefusals } from './consecutive-refusals.ts';

describe('ConsecutiveRefusals', () => {
  it('count the same of one generation only', () => {
    const repetitions = new ConsecutiveRefusals();
    const heard = (generation: number, what: string) => repetitions.add({ id: 'a', generation }, what);
    expect([heard(1, 'over'), heard(1, 'over'), heard(1, 'moved'), heard(1, 'over')]).toEqual([1, 2, 1, 1]);
    expect([heard(2, 'over'), repetitions.add({ id: 'b', generation: 2 }, 'over')]).toEqual([1, 1]);
    repetitions.forget('b');
    expect([heard(2, 'over'), repetitions.add({ id: 'b', generation: 2 }, 'over')]).toEqual([2, 1]);
  });
});
