import { describe, expect, it } from '@jest/globals';
import { MOST_NOTES, NotePauses } from './note-pauses.ts';

describe('pauses between notes', () => {
  it('keep a thing from being noted twice in a minute, and nothing else', () => {
    const pauses = new NotePauses();
    expect(['a', 'b', 'a', 'b'].map(what => pauses.isDue(what, 0))).toEqual([true, true, false, false]);
    expect([pauses.isDue('a', 59_999), pauses.isDue('a', 60_000), pauses.isDue('a', 60_001)]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('leave room for so many a minute, however many there are', () => {
    const pauses = new NotePauses();
    const dueAt = (now: number): number =>
      Array.from({ length: 5 * MOST_NOTES }, (_, index) => `${now} ${index}`).filter(what =>
        pauses.isDue(what, now),
      ).length;
    expect([dueAt(0), dueAt(30_000), dueAt(60_000)]).toEqual([MOST_NOTES, 0, MOST_NOTES]);
  });
});
