import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backOffSeconds, resendSeconds } from './back-off.ts';

const [least, most] = [() => 0, () => 1];

describe('backOffSeconds', () => {
  it.each([
    [0, 2],
    [1, 4],
    [5, 64],
    [9, 600],
    [1000, 600],
  ])('after %s failures waits up to %s seconds, with full jitter', (failures, longest) => {
    expect(backOffSeconds(failures, 0, most)).toBe(longest);
    expect(backOffSeconds(failures, 0, least)).toBe(1);
  });

  it('waits as long as the server asked for', () => {
    expect(backOffSeconds(0, 90, most)).toBe(90);
    expect(backOffSeconds(0, 900, most)).toBe(900);
  });

  it.each([901, 10 * 365 * 86_400, Number.MAX_VALUE, Infinity])(
    'waits no longer than a quarter of an hour when the server asks for %s seconds',
    asked => {
      expect(backOffSeconds(0, asked, most)).toBe(900);
    },
  );

  it.each([-1, -Infinity, Number.NaN])('ignores a server that asks for %s', asked => {
    expect(backOffSeconds(0, asked, most)).toBe(2);
    expect(backOffSeconds(0, asked, least)).toBe(1);
  });

  it('is between one second and a quarter of an hour, whatever a server asks for', () => {
    const seconds = fc.oneof(fc.double(), fc.integer());
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.nat(), seconds, share, (failures, asked, random) => {
        const waits = backOffSeconds(failures, asked, () => random);
        expect(waits).toBeGreaterThanOrEqual(Math.max(1, asked > 0 ? Math.min(asked, 900) : 1));
        expect(waits).toBeLessThanOrEqual(asked > 600 ? 900 : 600);
      }),
    );
  });
});

describe('resendSeconds', () => {
  it.each([
    [0, [2, 4]],
    [1, [4, 8]],
    [8, [300, 600]],
    [1000, [300, 600]],
  ])('after %i failures is between %j', (failures, [shortest, longest]) => {
    expect(resendSeconds(failures, 0, least)).toBe(shortest);
    expect(resendSeconds(failures, 0, most)).toBe(longest);
  });

  it('is what the server asked for if that is longer, up to a quarter of an hour', () => {
    expect(resendSeconds(0, 3, least)).toBe(3);
    expect(resendSeconds(0, 3, most)).toBe(4);
    expect(resendSeconds(0, 86_400, most)).toBe(900);
  });
});
