import { expect, it } from '@jest/globals';
import { toldWaitMs } from './told-wait.ts';

/** A server whose clock is two years behind. */
const date = 'Sat, 30 Nov 2024 18:00:00 GMT';
const moment = Date.parse(date) / 1000;

const told = (status: number, headers: Record<string, string>): number | undefined =>
  toldWaitMs({ status, headers: new Headers({ date, ...headers }) });

it.each([
  ['seconds', 503, { 'retry-after': '7' }, 7_000],
  ['no wait', 429, { 'retry-after': '0' }, 0],
  ["a date, by the server's own clock", 503, { 'retry-after': 'Sat, 30 Nov 2024 18:00:09 GMT' }, 9_000],
  ['a date that is over', 503, { 'retry-after': 'Fri, 29 Nov 2024 18:00:09 GMT' }, 0],
  ['a moment of reset', 429, { 'ratelimit-reset': String(moment + 30) }, 30_000],
  ['seconds until reset', 429, { 'ratelimit-reset': '30' }, 30_000],
  ['Retry-After before the reset', 429, { 'retry-after': '2', 'ratelimit-reset': '30' }, 2_000],
  ['a reset that no limit caused', 503, { 'ratelimit-reset': '30' }, undefined],
  ['nothing', 429, {}, undefined],
  ['nonsense', 429, { 'retry-after': '-5', 'ratelimit-reset': 'soon' }, undefined],
  ['an empty value', 503, { 'retry-after': '' }, undefined],
  ['hexadecimal', 503, { 'retry-after': '0x10' }, undefined],
])('reads %s', (_what, status, headers, expected) => {
  expect(told(status, headers)).toBe(expected);
});

it('compares a date with its own clock if the server has told none', () => {
  const in10s = new Date(Date.now() + 10_000).toUTCString();
  const wait = toldWaitMs({ status: 503, headers: new Headers({ 'retry-after': in10s }) });
  expect(wait).toBeGreaterThan(5_000);
  expect(wait).toBeLessThanOrEqual(10_000);
});
