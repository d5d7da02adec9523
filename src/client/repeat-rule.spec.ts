import { describe, expect, it } from '@jest/globals';
import { statusTable } from '../http/errors/status-table.ts';
import { decidePause, neverCarriedOut } from './repeat-rule.ts';

function pauseAfter(
  status: number,
  {
    headers = {},
    isIdempotent = false,
    tries = 1,
  }: { headers?: Record<string, string>; isIdempotent?: boolean; tries?: number } = {},
  random = 0,
): number | undefined {
  return decidePause({ response: new Response(null, { status, headers }), tries, isIdempotent }, random);
}

const soon = { 'retry-after': '3' };

describe('a request that changes something', () => {
  it.each(neverCarriedOut)('is repeated after %s', code => {
    const status = statusTable[code as keyof typeof statusTable];
    expect([429, 503]).toContain(status);
    expect(pauseAfter(status, { headers: { ...soon, 'latchkey-error': code } })).toBe(3_000);
  });

  it.each([
    ['a gateway that lost the broker', 503, {}],
    ["the account's server in trouble", 503, soon],
    ['an error that this client does not know', 503, { ...soon, 'latchkey-error': 'SomethingNew' }],
    ['UpstreamUnavailable', 502, { ...soon, 'latchkey-error': 'UpstreamUnavailable' }],
    ['UpstreamTimeout', 504, { ...soon, 'latchkey-error': 'UpstreamTimeout' }],
    ['InternalError', 500, { ...soon, 'latchkey-error': 'InternalError' }],
    ['success', 200, soon],
  ])('is not repeated after %s', (_what, status, headers) => {
    expect(pauseAfter(status, { headers })).toBeUndefined();
  });

  it("is repeated after the account's server refused it for its rate", () => {
    expect(pauseAfter(429, { headers: soon })).toBe(3_000);
  });

  it('is not repeated after its connection failed', () => {
    expect(decidePause({ response: undefined, tries: 1, isIdempotent: false }, 0)).toBeUndefined();
  });
});

describe('a request that may be carried out twice', () => {
  it.each([
    [503, {}, 250],
    [503, soon, 3_000],
    [502, soon, 3_000],
    [504, soon, 3_000],
    [502, {}, undefined],
    [504, {}, undefined],
    [500, soon, undefined],
    [401, soon, undefined],
  ])('after %i with %j waits %s ms', (status, headers, expected) => {
    expect(pauseAfter(status, { headers, isIdempotent: true })).toBe(expected);
  });

  it('waits longer each time, and later than told', () => {
    const pauses = [1, 2, 3, 10].map(tries => pauseAfter(503, { isIdempotent: true, tries }));
    expect(pauses).toEqual([250, 500, 1_000, 10_000]);
    expect(pauseAfter(429, { headers: { 'retry-after': '0' }, tries: 3 })).toBe(1_000);
    expect([
      pauseAfter(429, { headers: soon }, 1),
      pauseAfter(429, { headers: { 'retry-after': '600' } }, 1),
    ]).toEqual([3_750, 605_000]);
  });

  it('gives a broken connection up at its fifth try', () => {
    const pause = (tries: number) => decidePause({ response: undefined, tries, isIdempotent: true }, 0);
    expect([1, 4, 5].map(pause)).toEqual([250, 2_000, undefined]);
  });
});
