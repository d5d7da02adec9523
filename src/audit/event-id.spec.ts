import { describe, expect, it } from '@jest/globals';
import { nextEventId } from './event-id.ts';

describe('the id of an event', () => {
  const later = Date.UTC(2100, 0, 1);

  it('is a UUIDv7', () => {
    expect(nextEventId(Date.now())).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('sorts after every earlier one: within a millisecond, past its end, and after the clock was set back', () => {
    const ids = [
      ...Array.from({ length: 10_000 }, () => nextEventId(later)),
      nextEventId(later - 60_000),
      nextEventId(later + 60_000),
    ];
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('begins with its time', () => {
    const time = later + 3_600_000;
    expect(parseInt(nextEventId(time).replaceAll('-', '').slice(0, 12), 16)).toBe(time);
  });
});
