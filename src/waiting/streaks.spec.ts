import { describe, expect, it } from '@jest/globals';
import { Streaks } from './streaks.ts';

describe('Streaks', () => {
  it('counts how often in a row a key has the same value, and for how long', () => {
    const streaks = new Streaks(10);
    expect(streaks.note('a', 1, 1_000)).toEqual({ times: 1, forMs: 0 });
    expect(streaks.note('a', 1, 31_000)).toEqual({ times: 2, forMs: 30_000 });
    expect(streaks.note('b', 1, 31_000)).toEqual({ times: 1, forMs: 0 });
    expect(streaks.note('a', 1, 61_000)).toEqual({ times: 3, forMs: 60_000 });
  });

  it('starts again with another value, also with one of before', () => {
    const streaks = new Streaks(10);
    const note = (value: string, now: number) => streaks.note('a', value, now).forMs;
    expect([note('over', 1_000), note('over', 2_000), note('moved', 3_000)]).toEqual([0, 1_000, 0]);
    expect([note('over', 4_000), note('over', 5_000)]).toEqual([0, 1_000]);
  });

  it('starts again once the key was forgotten', () => {
    const streaks = new Streaks(10);
    streaks.note('a', 1, 0);
    streaks.forget('a');
    expect(streaks.note('a', 1, 1_000)).toEqual({ times: 1, forMs: 0 });
  });

  it('drops the key that was noted longest ago', () => {
    const streaks = new Streaks(2);
    for (const [index, key] of ['a', 'b', 'a', 'c'].entries()) streaks.note(key, 1, index);
    expect(streaks.note('a', 1, 10)).toEqual({ times: 3, forMs: 10 });
    expect(streaks.note('b', 1, 10)).toEqual({ times: 1, forMs: 0 });
  });
});
