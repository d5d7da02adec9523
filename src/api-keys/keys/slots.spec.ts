import { describe, expect, it } from '@jest/globals';
import { freeSlot } from './slots.ts';

describe('freeSlot', () => {
  it.each([
    [[], 3, 1],
    [[1, 2], 3, 3],
    [[3, 1], 3, 2],
    [[1, 2, 3], 3, undefined],
    [[7, 8], 3, 1],
    [[7, 8, 9], 3, undefined],
    [[7, 8, 9, 10], 3, undefined],
  ])('beside %j of %i is %s', (taken, most, slot) => {
    expect(freeSlot(taken, most)).toBe(slot);
  });
});
