import { describe, expect, it } from '@jest/globals';
import { MOST_AT_ONCE, NoteAllowance } from './note-allowance.ts';

const DAY_MS = 24 * 60 * 60_000;

describe('what may be written down of refusals', () => {
  const takeAll = (allowance: NoteAllowance, now: number): number => {
    let taken = 0;
    while (allowance.take(now)) taken++;
    return taken;
  };

  it('is so many at once, and grows again with time, up to that', () => {
    const allowance = new NoteAllowance(0);
    expect(takeAll(allowance, 0)).toBe(MOST_AT_ONCE);
    expect(takeAll(allowance, 99)).toBe(0);
    expect(takeAll(allowance, 1_000)).toBe(10);
    expect(takeAll(allowance, DAY_MS)).toBe(MOST_AT_ONCE);
  });

  it('is ten a second, however often somebody asks', () => {
    const allowance = new NoteAllowance(0);
    takeAll(allowance, 0);
    let taken = 0;
    for (let now = 0; now <= 10_000; now += 0.5) if (allowance.take(now)) taken++;
    expect(taken).toBeGreaterThanOrEqual(99);
    expect(taken).toBeLessThanOrEqual(100);
  });
});
