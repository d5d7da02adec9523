import { describe, expect, it } from '@jest/globals';
import { BODY_PACE, BodyPace } from './body-pace.ts';

/** Returns after how many seconds a sender is too slow that sends `bytesAt(second)`, or undefined within ten minutes. */
function cutAfter(
  bytesAt: (second: number) => number,
  isAwaited: (second: number) => boolean = () => true,
): number | undefined {
  const pace = new BodyPace(BODY_PACE, 0);
  let bytes = 0;
  for (let second = 1; second <= 600; second++) {
    bytes += bytesAt(second);
    if (pace.isTooSlow(bytes, isAwaited(second))) return second;
  }
  return undefined;
}

describe('the pace of a body', () => {
  it.each<[string, (second: number) => number, number | undefined]>([
    ['nothing', () => 0, 30],
    ['a byte every 20 s', second => (second % 20 === 0 ? 1 : 0), 30],
    ['a byte each second', () => 1, 30],
    ['999 bytes each second', () => 999, 30],
    ['1,000 bytes each second', () => 1_000, undefined],
    ['30,000 bytes every 29 s', second => (second % 29 === 0 ? 30_000 : 0), undefined],
    ['much, and then nothing', second => (second <= 60 ? 1_000_000 : 0), 90],
    ['much until a window has just begun, and then nothing', second => (second <= 61 ? 1_000_000 : 0), 91],
    ['much, and then a byte each second', second => (second <= 60 ? 1_000_000 : 1), 90],
  ])('of a sender that sends %s', (_name, bytesAt, expected) => {
    expect(cutAfter(bytesAt)).toBe(expected);
  });

  it('does not count the time in which the broker does not read', () => {
    expect(
      cutAfter(
        () => 0,
        second => second > 100,
      ),
    ).toBe(130);
    expect(
      cutAfter(
        second => (second === 1 ? 60_000 : 0),
        () => false,
      ),
    ).toBe(undefined);
  });
});
