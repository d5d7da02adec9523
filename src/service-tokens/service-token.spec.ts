import { describe, expect, it } from '@jest/globals';
import { expiryOf, isUsable } from './service-token.ts';

const now = new Date('2026-11-27T12:00:00.000Z');

function jwt(claims: unknown): string {
  return ['{"alg":"ES256K"}', JSON.stringify(claims), 'signature']
    .map(part => Buffer.from(part).toString('base64url'))
    .join('.');
}

describe('expiryOf', () => {
  it('is the exp of the JWT, independent of the request', () => {
    expect(expiryOf(jwt({ exp: now.getTime() / 1000 + 17 }), 60, now)).toEqual(
      new Date('2026-11-27T12:00:17Z'),
    );
  });

  it.each([
    ['no JWT format', 'token'],
    ['claims that are not JSON', `${Buffer.from('{}').toString('base64url')}.!!.x`],
    ['no exp', jwt({ iss: 'did:web:a.example' })],
    ['an exp that is not a number', jwt({ exp: '2026' })],
    ['an exp beyond the range of dates', jwt({ exp: 1e300 })],
  ])('is within a minute for a token with %s', (_, token) => {
    expect(expiryOf(token, 3_600, now)).toEqual(new Date('2026-11-27T12:01:00Z'));
    expect(expiryOf(token, 20, now)).toEqual(new Date('2026-11-27T12:00:20Z'));
  });
});

describe('isUsable', () => {
  const token = { token: 'a.b.c', expiresAt: now, endsAt: 100_000, scope: 'atproto' };
  const usable = (expiresIn: number, minValiditySeconds: number, at: number, granted = 'atproto'): boolean =>
    isUsable(token, { expiresIn, minValiditySeconds }, granted, at);

  it.each([
    [60, 0, 0, false],
    [90, 0, 0, true],
    [89, 0, 0, false],
    [60, 0, 30_000, true],
    [60, 60, 30_000, true],
    [60, 50, 40_001, false],
    [60, 0, 89_999, true],
    [60, 0, 90_000, false],
    [60, 0, 200_000, false],
  ])(
    'for %i s with at least %i s, at %i ms of 100 s and a margin of 10 s, is %s',
    (expiresIn, min, at, expected) => {
      expect(usable(expiresIn, min, at)).toBe(expected);
    },
  );

  it('is false once the scope has changed since the mint', () => {
    expect(usable(60, 0, 40_000, 'atproto transition:generic')).toBe(false);
  });
});
