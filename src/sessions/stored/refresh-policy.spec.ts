import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  absoluteEndOf,
  decide,
  endReasonOf,
  isSettling,
  keepAliveOf,
  nextRefreshOf,
  requestLifetimeOf,
  retryAfterMs,
} from './refresh-policy.ts';
import type { Session } from './session.ts';
import { asId } from '../../../test/ids.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const refreshedAt = new Date('2026-11-20T12:00:00.000Z');

function session(changes: Partial<Session> = {}): Session {
  return {
    ...{
      id: asId('id'),
      did: 'did:plc:a' as const,
      handle: null,
      clientId: 'c',
      issuer: 'i',
      pds: 'p',
      scope: 's',
      askedScope: null,
      kid: null,
    },
    ...{ purpose: 'ui', generation: 1, status: 'active', reason: null, grantedAt: refreshedAt, refreshedAt },
    ...{ lastUsedAt: null, nextRefreshAt: null, failures: 0, resends: 0, attempt: null, rolledBackAt: null },
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
      'a failure that another attempt follows just now',
      HOUR_MS,
      { ...attempt('prepared'), failures: 1, nextRefreshAt: after(HOUR_MS + 120_000) },
      { kind: 'expired' },
    ],
    [
      'a failure whose time has passed',
      HOUR_MS,
      { failures: 1, nextRefreshAt: after(HOUR_MS) },
      { kind: 'expired' },
    ],
    [
      'a failure before the clock went back two hours',
      HOUR_MS,
      { failures: 1, nextRefreshAt: after(3 * HOUR_MS) },
      { kind: 'expired' },
    ],
  ] as [string, number, Partial<Session>, unknown][])('of %s', (_, ms, changes, decision) => {
    expect(decide(session(changes), after(ms))).toEqual(decision);
  });

  it('calls a token due at 15 % of its life or 17 minutes, or up to a fifth earlier, at most at half', () => {
    const life = fc.integer({ min: 60_000, max: 100 * HOUR_MS });
    fc.assert(
      fc.property(fc.uuid(), life, fc.double({ min: 0, max: 1, noNaN: true }), (id, lifeMs, share) => {
        const token = session({ id: asId(id), accessExpiresAt: after(lifeMs) });
        const leftMs = lifeMs * (1 - share);
        const least = Math.max(0.15 * lifeMs, 17 * 60_000);
        const [surely, hardly] = [Math.min(least, 0.4 * lifeMs), Math.min(1.2 * least, 0.5 * lifeMs)];
        const { kind } = decide(token, after(lifeMs * share));
        if (leftMs > hardly + 1) expect(kind).toBe('fresh');
        else if (leftMs > 10_001 && leftMs < surely - 1) expect(kind).toBe('due');
        else if (leftMs < 9_999) expect(kind).toBe('expired');
      }),
    );
  });
});

it('leaves a token of an hour the time that others wait for a dead process and its request', () => {
  fc.assert(
    fc.property(fc.uuid(), id => {
      const lastMoment = after(HOUR_MS - 17 * 60_000);
      expect(decide(session({ id: asId(id) }), lastMoment)).toEqual({ kind: 'due' });
      expect(decide(session({ id: asId(id) }), after(HOUR_MS / 2 - 1))).toEqual({ kind: 'fresh' });
    }),
  );
});

describe('a token that a PDS refuses', () => {
  it.each([
    [0, true],
    [59_999, true],
    [60_000, false],
    [-1, false],
    [-2 * HOUR_MS, false],
    [100 * DAY_MS, false],
  ])('%d ms after its renewal by the database, settling is %s', (ms, settles) => {
    expect(isSettling(session(), after(ms))).toBe(settles);
  });
});

describe('the refresh times of a session', () => {
  it('are at half of the token life for a session in use, jittered by a tenth', () => {
    fc.assert(
      fc.property(fc.uuid(), id => {
        const share = (nextRefreshOf(session({ id: asId(id) })).getTime() - refreshedAt.getTime()) / HOUR_MS;
        expect(share).toBeGreaterThanOrEqual(0.449);
        expect(share).toBeLessThanOrEqual(0.551);
      }),
    );
  });

  it('keep an idle session alive well within two weeks, or three months', () => {
    const days = (kid: string | null): number =>
      (keepAliveOf(session({ kid })).getTime() - refreshedAt.getTime()) / (24 * HOUR_MS);
    expect(days(null)).toBeLessThanOrEqual(5);
    expect(days('kid')).toBeLessThanOrEqual(30);
  });

  it('let a lost request expire before its token is sent again', () => {
    const minutes = (kid: string | null): number => requestLifetimeOf({ kid }) / 60_000;
    expect(minutes(null)).toBeGreaterThan(190 / 60); // A DPoP proof is valid for about 190 s.
    expect(minutes('kid')).toBeGreaterThan(1); // A client assertion is valid for one minute.
  });
});

describe('the absolute end of a session', () => {
  it('is two weeks after the grant for a public client, and two years for a confidential one', () => {
    const days = (kid: string | null): number =>
      (absoluteEndOf(session({ kid, refreshedAt: after(99 * DAY_MS) })).getTime() - refreshedAt.getTime()) /
      DAY_MS;
    expect(days(null)).toBe(14);
    expect(days('kid')).toBe(730.5);
  });

  it('ends no session in the broker: the issuer decides', () => {
    const long = after(3 * 366 * DAY_MS);
    const kept = session({
      kid: 'kid',
      refreshedAt: long,
      accessExpiresAt: new Date(long.getTime() + HOUR_MS),
    });
    expect(decide(kept, long)).toEqual({ kind: 'fresh' });
  });
});

describe('the time that a caller is told to wait', () => {
  const inDoubt = attempt('in_doubt');
  it.each<[string, Partial<Session>, number, number]>([
    ['until the end of a back-off', { failures: 1, nextRefreshAt: after(HOUR_MS + 2_500) }, HOUR_MS, 2_500],
    ['while an answer may come at any time', attempt('sent'), HOUR_MS, 5_000],
    ['while an attempt is prepared', attempt('prepared'), HOUR_MS, 5_000],
    ['until a lost request cannot be accepted any more', inDoubt, 20_000, 280_000],
    ['a shorter time with a client assertion', { ...inDoubt, kid: 'kid' }, 20_000, 100_000],
    ['after that', inDoubt, 300_000, 5_000],
    ['at most the life of a request, if the clock went back', inDoubt, -HOUR_MS, 300_000],
  ])('%s', (_name, changes, ms, waitMs) => {
    expect(retryAfterMs(session({ accessExpiresAt: refreshedAt, ...changes }), after(ms))).toBe(waitMs);
  });
});

describe('the reason why an issuer ended a session', () => {
  it.each([
    ['public', 13.9, 13.9, 'revoked'],
    ['public', 14, 0, 'lifetime'],
    ['public', 14, 14, 'lifetime'],
    ['confidential', 729, 0, 'revoked'],
    ['confidential', 400, 90, 'revoked'],
    ['confidential', 400, 92, 'idle'],
    ['confidential', 91, 91, 'idle'],
    ['confidential', 731, 0, 'lifetime'],
    ['confidential', 731, 92, 'lifetime'],
  ])(
    'for a %s client, %d days after the grant and %d after a refresh, is %s',
    (client, granted, idle, reason) => {
      const over = session({
        kid: client === 'public' ? null : 'kid',
        grantedAt: after(-granted * DAY_MS),
        refreshedAt: after(-idle * DAY_MS),
      });
      expect(endReasonOf(over, refreshedAt)).toBe(reason);
    },
  );

  it("is the lifetime even if the issuer's clock is a little ahead", () => {
    const end = absoluteEndOf(session()).getTime();
    expect(endReasonOf(session(), new Date(end - 9 * 60_000))).toBe('lifetime');
    expect(endReasonOf(session(), new Date(end - HOUR_MS))).toBe('revoked');
  });
});

function attempt(state: 'prepared' | 'sent' | 'in_doubt'): Partial<Session> {
  return {
    attempt: { ...session().attempt, id: 'a', state, owner: 'o', sentAt: refreshedAt } as Session['attempt'],
  };
}
