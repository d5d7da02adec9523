import { expect, it } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { hasLifeLeft } from './token-life.ts';

const HOUR_MS = 60 * 60_000;
const refreshedAt = new Date('2026-11-20T18:00:00.000Z');
const secrets = { accessToken: 'opaque' };
const token = { refreshedAt, accessExpiresAt: new Date(refreshedAt.getTime() + HOUR_MS), secrets };
const after = (minutes: number): Date => new Date(refreshedAt.getTime() + minutes * 60_000);

it.each([
  [[0, 0], true],
  [[59, 59], true],
  [[-1, 0], true],
  [[60, 30], false],
  [[30, 60], false],
  // One clock is days ahead or behind.
  [[30, 5 * 24 * 60], false],
  [[-2, 30], false],
  [[30, -2], false],
])(
  'by clocks that stand %j minutes after its beginning, a token of an hour has life left: %s',
  (minutes, has) => {
    expect(hasLifeLeft(token, minutes.map(after))).toBe(has);
  },
);

it.each([
  [59, true],
  [60, false],
  [24 * 60, false],
])('is not believed of a token that claims to live a year: after %i minutes it is %s', (minutes, has) => {
  const claimed = { refreshedAt, accessExpiresAt: after(365 * 24 * 60), secrets };
  expect(hasLifeLeft(claimed, [after(minutes)])).toBe(has);
});

it.each([
  [48, true],
  [49, false],
])('ends when the token itself says so, after 49 minutes: after %i minutes it is %s', (minutes, has) => {
  // The database's clock was 11 minutes ahead when the token was stored.
  const accessToken = new UnsecuredJWT({}).setExpirationTime(after(49)).encode();
  expect(hasLifeLeft({ ...token, secrets: { accessToken } }, [after(minutes)])).toBe(has);
});

it.each(['a.b.c', 'eyJhbGciOiJub25lIn0.eyJleHAiOiJzb29uIn0.', ''])('reads no end in %j', accessToken => {
  expect(hasLifeLeft({ ...token, secrets: { accessToken } }, [after(30)])).toBe(true);
});
