import { describe, expect, it } from '@jest/globals';
import { asId } from '../../../test/ids.ts';
import { decideRenewal, endOf, type PasswordSession } from './password-session.ts';
import { serviceDidOf } from './service-did.ts';

const now = new Date('2026-11-20T18:00:00.000Z');
const hours = (count: number): Date => new Date(now.getTime() + count * 3_600_000);

function session(change: Partial<PasswordSession>): PasswordSession {
  const ids = { id: asId('a session'), apiKeyId: asId('a key') } as const;
  const life = { renewedAt: now, seenAt: null, endedAt: null, expiresAt: hours(1440) };
  return { ...ids, ...life, generation: 3, ...change };
}

describe('a refresh token', () => {
  it.each([
    ['renew', 'of a session that was never renewed', undefined, 0],
    ['renew', 'of the current generation', session({}), 3],
    ['renew', 'that the restored database does not know', session({}), 5],
    ['repeat', 'that was spent just now', session({ seenAt: now }), 2],
    [
      'repeat',
      'that was spent long ago, if its answer was never used',
      session({ renewedAt: hours(-500) }),
      2,
    ],
    ['refuse', 'that was spent two hours ago', session({ renewedAt: hours(-2), seenAt: hours(-1) }), 2],
    ['repeat', 'within two hours', session({ renewedAt: hours(-1.9), seenAt: hours(-1) }), 2],
    ['refuse', 'from before the one that was spent last', session({}), 1],
    ['refuse', 'of an ended session', session({ endedAt: now }), 3],
  ])('%s: %s', (decision, _name, stored, generation) => {
    expect(decideRenewal(stored, { generation }, now)).toBe(decision);
  });
});

describe('the end of a token', () => {
  it('is never after that of its key', () => {
    expect(endOf('access', { expiresAt: null }, now)).toEqual(hours(2));
    expect(endOf('refresh', { expiresAt: null }, now)).toEqual(hours(60 * 24));
    expect(endOf('access', { expiresAt: hours(1) }, now)).toEqual(hours(1));
    expect(endOf('refresh', { expiresAt: hours(3) }, now)).toEqual(hours(3));
  });
});

it.each([
  ['https://latchkey.example.org', 'did:web:latchkey.example.org'],
  ['http://127.0.0.1:3000', 'did:web:127.0.0.1%3A3000'],
  ['https://example.org/keys/', 'did:web:example.org:keys'],
])('the DID of %s is %s', (url, did) => {
  expect(serviceDidOf(url)).toBe(did);
});
