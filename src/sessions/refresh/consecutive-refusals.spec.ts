import { describe, expect, it } from '@jest/globals';
import { ConsecutiveRefusals } from './consecutive-refusals.ts';
import { asId } from '../../../test/ids.ts';

describe('ConsecutiveRefusals', () => {
  it('counts identical refusals of one generation', () => {
    const refusals = new ConsecutiveRefusals();
    const add = (generation: number, code: string, id = 'a') =>
      refusals.add({ id: asId(id), generation }, code, 0).times;
    expect([add(1, 'over'), add(1, 'over'), add(1, 'moved'), add(1, 'over')]).toEqual([1, 2, 1, 1]);
    expect([add(2, 'over'), add(2, 'over', 'b')]).toEqual([1, 1]);
    refusals.forget(asId('b'));
    expect([add(2, 'over'), add(2, 'over', 'b')]).toEqual([2, 1]);
  });

  it('measures how long they have come', () => {
    const refusals = new ConsecutiveRefusals();
    const add = (code: string, now: number) =>
      refusals.add({ id: asId('a'), generation: 1 }, code, now).forMs;
    expect([add('over', 1_000), add('over', 31_000), add('over', 61_000)]).toEqual([0, 30_000, 60_000]);
    expect([add('moved', 62_000), add('over', 63_000), add('over', 64_000)]).toEqual([0, 0, 1_000]);
  });
});
