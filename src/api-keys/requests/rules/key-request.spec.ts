import { describe, expect, it } from '@jest/globals';
import {
  decideClaim,
  keyEndOf,
  type KeyRequestRow,
  toKeyRequest,
  toNewKeyRequestRow,
} from './key-request.ts';
import { asId } from '../../../../test/ids.ts';

const expiresAt = new Date('2026-11-20T18:30:00.000Z');
const [before, after] = [new Date(expiresAt.getTime() - 1), new Date(expiresAt.getTime() + 1)];

function requestWith(change: Partial<KeyRequestRow>, readAt = before) {
  const asked = {
    ...{ id: asId('id'), name: 'a bot', scope: 'atproto', askedFrom: '192.0.2.1' },
    did: 'did:plc:alice',
  } as const;
  return toKeyRequest({ ...toNewKeyRequestRow({ ...asked, expiresAt }), mac: 'mac', ...change }, readAt);
}

describe('the status of a key request', () => {
  it.each([
    ['pending', before, 'pending'],
    ['pending', expiresAt, 'expired'],
    ['authorized', before, 'authorized'],
    ['authorized', after, 'expired'],
    ['denied', after, 'denied'],
    ['claimed', after, 'claimed'],
    ['expired', before, 'expired'],
  ] as const)('that is stored as %s is at %s %s', (status, readAt, shown) => {
    expect(requestWith({ status }, readAt).status).toBe(shown);
  });
});

describe('decideClaim', () => {
  it.each([
    ['pending', 0, true, 'not-authorized'],
    ['authorized', 0, true, 'right'],
    ['authorized', 4, true, 'right'],
    ['authorized', 3, false, 'wrong'],
    ['authorized', 4, false, 'last-wrong'],
    ['claimed', 4, true, 'repeated'],
    ['claimed', 4, false, 'wrongly-repeated'],
    ['claimed', 5, true, 'ended'],
    ['denied', 5, true, 'ended'],
    ['expired', 0, true, 'ended'],
  ] as const)(
    'of one that is %s, after %i wrong codes, where a code is right (%s): %s',
    (status, tries, isRight, verdict) => {
      expect(decideClaim(requestWith({ status, tries }), isRight)).toBe(verdict);
    },
  );
});

describe('keyEndOf', () => {
  it('counts days from the claim, or never ends', () => {
    const ends = [null, 1, 365].map(expires_in_days => keyEndOf(requestWith({ expires_in_days }), expiresAt));
    expect(ends.map(end => end?.toISOString() ?? null)).toEqual([
      null,
      '2026-11-21T18:30:00.000Z',
      '2027-11-20T18:30:00.000Z',
    ]);
  });
});
