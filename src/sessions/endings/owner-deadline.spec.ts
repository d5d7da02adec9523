import { describe, expect, it } from '@jest/globals';
import { DEADLINE_NOTICE_MS, deadlineHeader, ownerDeadlineOf, sessionLifeMs } from './owner-deadline.ts';

const DAY_MS = 24 * 60 * 60_000;
const grantedAt = new Date('2026-11-30T10:00:00.000Z');
const after = (days: number): Date => new Date(grantedAt.getTime() + days * DAY_MS);
const loopback = { grantedAt, kid: null };
const confidential = { grantedAt, kid: 'k' };

describe('the day on which a key needs its owner', () => {
  it.each([
    ['a loopback session before a key without an end', loopback, null, after(14)],
    ['a loopback session before a later end', loopback, after(90), after(14)],
    ['an earlier end', loopback, after(3), after(3)],
    ['a confidential session after an end', confidential, after(365), after(365)],
    ['a confidential session of two years', confidential, null, after(730.5)],
  ])('is that of %s', (_case, session, expiresAt, expected) => {
    expect(ownerDeadlineOf(session, expiresAt)).toEqual(expected);
  });

  it('is told in the last week', () => {
    const deadline = after(14).getTime();
    const at = (leftMs: number) => deadlineHeader(loopback, null, deadline - leftMs);
    expect(at(DEADLINE_NOTICE_MS + 1)).toEqual({});
    for (const leftMs of [DEADLINE_NOTICE_MS, 1, -1])
      expect(at(leftMs)).toEqual({ 'latchkey-needs-owner-by': '2026-12-14T10:00:00.000Z' });
  });

  it('follows the kind of the client', () => {
    expect(sessionLifeMs({ kind: 'loopback' })).toBe(14 * DAY_MS);
    expect(sessionLifeMs({ kind: 'confidential', acceptedClientId: undefined })).toBe(730.5 * DAY_MS);
  });
});
