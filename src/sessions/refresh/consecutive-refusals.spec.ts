import { describe, expect, it } from '@jest/globals';
import { ConsecutiveRefusals } from './consecutive-refusals.ts';
import { asId } from '../../../test/ids.ts';

describe('ConsecutiveRefusals', () => {
  it('counts identical refusals of one generation', () => {
    const refusals = new ConsecutiveRefusals();
    const add = (generation: number, code: string) => refusals.add({ id: asId('a'), generation }, code);
    expect([add(1, 'over'), add(1, 'over'), add(1, 'moved'), add(1, 'over')]).toEqual([1, 2, 1, 1]);
    expect([add(2, 'over'), refusals.add({ id: asId('b'), generation: 2 }, 'over')]).toEqual([1, 1]);
    refusals.forget(asId('b'));
    expect([add(2, 'over'), refusals.add({ id: asId('b'), generation: 2 }, 'over')]).toEqual([2, 1]);
  });
});
