import { describe, expect, it } from '@jest/globals';
import { decideStanding, type SeenRow, type SessionMark } from './session-standing.ts';

const mark: SessionMark = {
  generation: 5,
  digest: 'five',
  grantedAt: '2026-11-20T18:00:00.000Z',
  isOver: false,
};
const row: SeenRow = { status: 'active', generation: 5, digest: 'five', grantedAt: mark.grantedAt };
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
    ['the same generation with another token', { digest: 'other' }, 'behind'],
    ['the same generation whose token was erased', { digest: null }, 'same'],
    ['an earlier generation of a later grant', { generation: 2, digest: 'new', grantedAt: later }, 'ahead'],
    ['the same generation of a later grant', { digest: 'new', grantedAt: later }, 'ahead'],
    ['a session that is being ended', { generation: 6, status: 'revoking' }, 'ahead'],
    [
      'an earlier generation that was ended since',
      { generation: 4, status: 'revoked', digest: null },
      'ahead',
    ],
  ])('compares %s', (_name, change, standing) => {
    expect(decideStanding({ ...row, ...change }, mark)).toBe(standing);
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
