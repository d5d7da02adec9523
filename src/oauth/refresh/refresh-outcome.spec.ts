import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideRefreshOutcome } from './refresh-outcome.ts';

describe.each([
  [429, 'refused'],
  [503, 'unknown'],
])('Retry-After of a %i, which is %s (RFC 9110 section 10.2.3)', (status, kind) => {
  const secondsOf = (retryAfter: string | null): number | undefined => {
    const outcome = decideRefreshOutcome(status, '', retryAfter);
    expect(outcome.kind).toBe(kind);
    return 'retryAfterSeconds' in outcome ? outcome.retryAfterSeconds : undefined;
  };

  it.each([
    ['0', 0],
    ['7', 7],
    ['120', 120],
  ])('is %j, in seconds', (retryAfter, seconds) => {
    expect(secondsOf(retryAfter)).toBe(seconds);
  });

  it('may be a date', () => {
    const seconds = secondsOf(new Date(Date.now() + 90_000).toUTCString());
    expect(seconds).toBeGreaterThan(85);
    expect(seconds).toBeLessThanOrEqual(90);
    expect(secondsOf('Sun, 06 Nov 1994 08:49:37 GMT')).toBe(0);
  });

  it.each([null, '', 'soon', '-5', '-1e9', 'NaN', 'Infinity', '1e999', '0x10', 'build 2099'])(
    'is ignored as %j',
    retryAfter => {
      expect(secondsOf(retryAfter)).toBeUndefined();
    },
  );

  it('is finite and not negative for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String)), retryAfter => {
        const seconds = secondsOf(retryAfter) ?? 0;
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(seconds)).toBe(true);
      }),
    );
  });
});
