import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deadlineOf, decide, keepAliveOf, nextRefreshOf } from './refresh-policy.ts';
import type { Session } from './session.ts';

const HOUR_MS = 60 * 60_000;
const refreshedAt = new Date('2026-11-20T12:00:00.000Z');

function session(changes: Partial<Session> = {}): Session {
  return {
    ...{
      id: 'id',
      did: 'did:plc:a',
      handle: null,
      clientId: 'c',
      issuer: 'i',
      pds: 'p',
      scope: 's',
      kid: null,
    },
    ...{ purpose: 'ui', generation: 1, status: 'active', reason: null, grantedAt: refreshedAt, refreshedAt },
    ...{ lastUsedAt: null, nextRefreshAt: null, failures: 0, resends: 0, attempt: null },
    accessExpiresAt: new Date(refreshedAt.getTime() + HOUR_MS),
    ...changes,
  };
}

const after = (ms: number): Date => new Date(refreshedAt.getTime() + ms);

describe('decide', () => {
  it.each([
    ['a new token', 0, {}, { kind: 'fresh' }],
    ['a token at the end of its cushion', HOUR_MS - 60_000, {}, { kind: 'due' }],
    ['a token with ten seconds left', HOUR_MS - 10_000, {}, { kind: 'expired' }],
    ['a token that has run out', HOUR_MS, {}, { kind: 'expired' }],
    ['an attempt that is only prepared', 0, attempt('prepared'), { kind: 'fresh' }],
    ['an attempt on its way', 0, attempt('sent'), { kind: 'in-doubt', usable: true }],
    ['an answer that was lost', HOUR_MS, attempt('in_doubt'), { kind: 'in-doubt', usable: false }],
    ['a session that was ended', 0, { status: 'revoking' }, { kind: 'reauthenticate', reason: null }],
    [
      'a session that needs its owner',
      0,
      { status: 'needs_reauth', reason: 'idle' },
      { kind: 'reauthenticate', reason: 'idle' },
    ],
    [
      'a failure a moment ago',
      HOUR_MS,
      { failures: 1, nextRefreshAt: after(HOUR_MS + 1000) },
      { kind: 'back-off', usable: false, until: after(HOUR_MS + 1000) },
    ],
    [
      'a failure whose time has passed',
      HOUR_MS,
      { failures: 1, nextRefreshAt: after(HOUR_MS) },
      { kind: 'expired' },
    ],
  ] as [string, number, Partial<Session>, unknown][])('of %s', (_, ms, changes, decision) => {
    expect(decide(session(changes), after(ms))).toEqual(decision);
  });

  it('leaves 15 % of the life or 8 minutes as a cushion, at most half, and a fifth apart', () => {
    const life = fc.integer({ min: 60_000, max: 100 * HOUR_MS });
    fc.assert(
      fc.property(fc.uuid(), life, fc.double({ min: 0, max: 1, noNaN: true }), (id, lifeMs, share) => {
        const token = session({ id, accessExpiresAt: after(lifeMs) });
        const leftMs = lifeMs * (1 - share);
        const widest = Math.min(Math.max(0.15 * lifeMs, 8 * 60_000), 0.5 * lifeMs);
        const { kind } = decide(token, after(lifeMs * share));
        if (leftMs > widest + 1) expect(kind).toBe('fresh');
        else if (leftMs > 10_001 && leftMs < 0.8 * widest - 1) expect(kind).toBe('due');
        else if (leftMs < 9_999) expect(kind).toBe('expired');
      }),
    );
  });
});

describe('the times of a session', () => {
  it('are half of the life for one in use, spread over a tenth', () => {
    fc.assert(
      fc.property(fc.uuid(), id => {
        const share = (nextRefreshOf(session({ id })).getTime() - refreshedAt.getTime()) / HOUR_MS;
        expect(share).toBeGreaterThanOrEqual(0.449);
        expect(share).toBeLessThanOrEqual(0.551);
      }),
    );
  });

  it('keep an idle one alive well inside two weeks, or three months', () => {
    const days = (kid: string | null): number =>
      (keepAliveOf(session({ kid })).getTime() - refreshedAt.getTime()) / (24 * HOUR_MS);
    expect(days(null)).toBeLessThanOrEqual(5);
    expect(days('kid')).toBeLessThanOrEqual(30);
  });

  it('let a lost request die before its token is sent again', () => {
    const minutes = (kid: string | null): number =>
      (deadlineOf({ kid }, refreshedAt).getTime() - refreshedAt.getTime()) / 60_000;
    expect(minutes(null)).toBeGreaterThan(190 / 60); // A DPoP proof is good for about 190 s,
    expect(minutes('kid')).toBeGreaterThan(1); // a client assertion for one minute.
  });
});

function attempt(state: 'prepared' | 'sent' | 'in_doubt'): Partial<Session> {
  return {
    attempt: { ...session().attempt, id: 'a', state, owner: 'o', sentAt: refreshedAt } as Session['attempt'],
  };
}
