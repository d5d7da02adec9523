import { expect, it } from '@jest/globals';
import { dayText } from './day-text.ts';

const now = new Date('2026-11-30T18:00:00Z');

it.each([
  ['2026-11-30T00:00:00Z', 'today'],
  ['2026-11-30T23:59:59Z', 'today'],
  ['2026-11-29T23:59:59Z', 'yesterday'],
  ['2026-12-01T00:00:00Z', 'tomorrow'],
  ['2026-12-03T09:00:00Z', 'in 3 days'],
  ['2027-02-28T18:00:00Z', 'in 90 days'],
  ['2026-08-02T18:00:00Z', '120 days ago'],
  ['2027-11-30T18:00:00Z', 'in 12 months'],
  ['2023-11-30T18:00:00Z', '3 years ago'],
])('%s is %s', (time, text) => {
  expect(dayText(new Date(time), now)).toBe(text);
});
