import { expect, it } from '@jest/globals';
import type { SessionReason, SessionStatus } from '../../database/tables/oauth-session.ts';
import { type AnswerPlace, decideAnswerPlace } from './answer-place.ts';

const key = { x: 'x', y: 'y' };
const tokens = {
  ...{ accessToken: 'new', refreshToken: 'new', expiresInSeconds: 60, scope: null },
  ...{ isUsable: true, sub: null, odd: [] },
};
const answer = { generation: 5, dpopKey: key, tokens };
const old = { accessToken: 'old', refreshToken: 'old', dpopKey: key };
const stored = { accessToken: 'new', refreshToken: 'new', dpopKey: key };
const reconnected = { ...old, dpopKey: { x: 'other', y: 'y' } };

type Case = [SessionStatus, SessionReason | null, generation: number, typeof old | null, AnswerPlace];

it.each<Case>([
  ['active', null, 5, old, 'awaited'],
  ['active', null, 6, stored, 'stored'],
  ['active', null, 9, old, 'stored'],
  // The database was rolled back.
  ['active', null, 2, old, 'awaited'],
  ['needs_reauth', 'response_lost', 6, old, 'awaited'],
  // Given up for another answer, after this one.
  ['needs_reauth', 'response_lost', 8, old, 'stored'],
  ['needs_reauth', 'other_account', 6, stored, 'stored'],
  ['needs_reauth', 'revoked', 6, old, 'superseded'],
  ['needs_reauth', 'revoked', 7, old, 'stored'],
  ['revoking', null, 6, old, 'superseded'],
  ['revoking', null, 7, stored, 'stored'],
  ['revoked', null, 8, null, 'superseded'],
  ['active', null, 7, reconnected, 'superseded'],
  ['needs_reauth', 'revoked', 8, reconnected, 'superseded'],
])(
  'of generation 5 in a session that is %s (%s) at %d with %o is %s',
  (status, reason, generation, secrets, place) => {
    expect(decideAnswerPlace({ status, reason, generation, secrets }, answer)).toBe(place);
  },
);
