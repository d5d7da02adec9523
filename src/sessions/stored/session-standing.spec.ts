import { describe, expect, it } from '@jest/globals';
import { decideStanding, type SeenRow, type SessionMark } from './session-standing.ts';

const times = { grantedAt: '2026-11-20T18:00:00.000Z', refreshedAt: '2026-11-20T18:00:00.000Z' };
const mark: SessionMark = { generation: 5, digest: 'five', ...times, isOver: false };
const row: SeenRow = { status: 'active', generation: 5, digest: 'five', ...times };
const later = '2026-11-20T19:00:00.000Z';
const earlier = '2026-11-20T17:00:00.000Z';

describe('decideStanding', () => {
  it('finds a row ahead that is not known', () => {
    expect(decideStanding(row, undefined)).toBe('ahead');
  });

  it.each<[string, Partial<SeenRow>, string]>([
    ['the same row', {}, 'same'],
    ['a later generation', { generation: 6, digest: 'six' }, 'ahead'],
    ['a later generation with the same token', { generation: 6, status: 'needs_reauth' }, 'ahead'],
    ['an earlier generation', { generation: 4, digest: 'four' }, 'behind'],
    ['an earlier generation with the same token', { generation: 4 }, 'behind'],
    ['an earlier generation of an earlier grant', { generation: 4, grantedAt: earlier }, 'behind'],
    ['the same generation with an earlier token', { digest: 'other', refreshedAt: earlier }, 'behind'],
    ['the same generation with a later token', { digest: 'a', refreshedAt: later }, 'ahead'],
    ['the same generation whose token was erased', { digest: null }, 'same'],
    ['an earlier generation of a later grant', { generation: 2, digest: 'new', grantedAt: later }, 'ahead'],
    ['the same generation of a later grant', { digest: 'new', grantedAt: later }, 'ahead'],
    ['the end of the same generation', { generation: 6, status: 'revoking' }, 'ahead'],
    ['the revocation of the same generation', { generation: 7, status: 'revoked', digest: null }, 'ahead'],
    ['the end of an earlier generation', { generation: 5, status: 'revoking' }, 'ended-behind'],
    [
      'the revocation of an earlier generation',
      { generation: 6, status: 'revoked', digest: null },
      'ended-behind',
    ],
    ['the end of a later grant', { generation: 3, status: 'revoking', grantedAt: later }, 'ahead'],
  ])('compares %s', (_name, change, standing) => {
    expect(decideStanding({ ...row, ...change }, mark)).toBe(standing);
  });

  it.each([
    ['of different times', earlier],
    ['of one time', times.refreshedAt],
  ])('finds one of two states of a generation behind the other: %s', (_name, refreshedAt) => {
    const other = { ...mark, digest: 'other', refreshedAt };
    const standings = [
      decideStanding({ ...other, status: 'needs_reauth' }, mark),
      decideStanding({ ...mark, status: 'active' }, other),
    ];
    expect(standings.sort()).toEqual(['ahead', 'behind']);
  });

  it('finds a row behind whose token was erased since', () => {
    expect(decideStanding(row, { ...mark, digest: null })).toBe('behind');
  });

  it.each<[string, Partial<SeenRow>, string]>([
    ['an active row', {}, 'behind'],
    ['a later generation', { generation: 9 }, 'behind'],
    ['a row that needs its owner', { status: 'needs_reauth' }, 'behind'],
    ['a row that is being ended', { status: 'revoking' }, 'same'],
    ['an ended row', { status: 'revoked', digest: null }, 'same'],
  ])('compares %s with a session that was ended', (_name, change, standing) => {
    expect(decideStanding({ ...row, ...change }, { ...mark, isOver: true })).toBe(standing);
  });
});
