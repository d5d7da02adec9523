import { describe, expect, it } from '@jest/globals';
import { ConsecutiveRefusals } from './consecutive-refusals.ts';
import { asId } from '../../../test/ids.ts';

describe('ConsecutiveRefusals', () => {
  it('count the same of one generation only', () => {
    const repetitions = new ConsecutiveRefusals();
    const heard = (generation: number, what: string) => repetitions.add({ id: asId('a'), generation }, what);
    expect([heard(1, 'over'), heard(1, 'over'), heard(1, 'moved'), heard(1, 'over')]).toEqual([1, 2, 1, 1]);
    expect([heard(2, 'over'), repetitions.add({ id: asId('b'), generation: 2 }, 'over')]).toEqual([1, 1]);
    repetitions.forget(asId('b'));
    expect([heard(2, 'over'), repetitions.add({ id: asId('b'), generation: 2 }, 'over')]).toEqual([2, 1]);
  });
});
