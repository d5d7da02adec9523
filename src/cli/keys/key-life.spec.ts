import { describe, expect, it } from '@jest/globals';
import { describeKey, toDays } from './key-life.ts';

const now = new Date(2026, 10, 30, 23, 30);

describe('the life of a key on the command line', () => {
  it.each([
    ['1', 1],
    ['365', 365],
    ['2026-12-01', 1],
    ['2026-12-24', 24],
    ['2027-11-30', 365],
  ])('%s is %d days', (text, days) => {
    expect(toDays(text, now)).toBe(days);
  });

  it.each([
    '0',
    '366',
    '-1',
    '1.5',
    'soon',
    '2026-11-30',
    '2027-12-01',
    '2027-02-30',
    '2026-12',
    '24.12.2026',
  ])('refuses %s', text => {
    expect(() => toDays(text, now)).toThrow('Give a number of days from 1 to 365, or a date within a year');
  });

  it('is told with the true end', () => {
    const key = { id: '', secret: '', start: '', did: '', name: '', scope: 'atproto blob:image/*' };
    const [sooner, later] = ['2026-12-14T10:00:00.000Z', '2027-02-28T10:00:00.000Z'];
    expect(describeKey({ ...key, expiresAt: sooner, needsOwnerBy: sooner })).toBe(
      'The key may: Upload pictures.\nIt ends on 2026-12-14 10:00 UTC.',
    );
    for (const expiresAt of [later, null])
      expect(describeKey({ ...key, expiresAt, needsOwnerBy: sooner })).toContain(
        'It needs its owner by 2026-12-14 10:00 UTC',
      );
  });
});
