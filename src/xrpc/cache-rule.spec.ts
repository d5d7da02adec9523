import { expect, it } from '@jest/globals';
import { privateCacheControl, privateVary } from './cache-rule.ts';

const EXPIRES = { expires: 'Fri, 20 Nov 2026 19:00:00 GMT' };

it.each([
  [undefined, {}, 'private, no-cache'],
  [undefined, EXPIRES, 'private'],
  ['', {}, 'private, no-cache'],
  ['no-store', {}, 'no-store'],
  ['public, NO-STORE, max-age=5', EXPIRES, 'no-store'],
  ['public, max-age=31536000, immutable', {}, 'private, max-age=31536000'],
  ['PUBLIC, Max-Age=60', {}, 'private, max-age=60'],
  ['max-age="60"', {}, 'private, max-age=60'],
  ['public;max-age=60', {}, 'private, max-age=60'],
  ['s-maxage=600, max-age=60, stale-while-revalidate=99', {}, 'private, max-age=60'],
  ['s-maxage=600', {}, 'private, no-cache'],
  ['private, max-age=60, must-revalidate', {}, 'private, max-age=60, must-revalidate'],
  ['private="set-cookie, max-age=5"', {}, 'private, no-cache'],
  ['private="a, no-store', {}, 'no-store'],
  ['no-cache="set-cookie", max-age=60', {}, 'private, max-age=60, no-cache'],
  ['no-cache', EXPIRES, 'private, no-cache'],
  ['max-age=1, max-age=2', EXPIRES, 'private, no-cache'],
  ['max-age=-1', {}, 'private, no-cache'],
  ['max-age=1e9', {}, 'private, no-cache'],
  ['max-age=99999999999999999999', {}, 'private, no-cache'],
  ['max-age', {}, 'private, no-cache'],
  ['must-revalidate, no-transform', {}, 'private, no-cache, must-revalidate, no-transform'],
  ['\u00ffpublic, x=y', {}, 'private, no-cache'],
])('makes Cache-Control %j (with %j) private: %s', (told, more, expected) => {
  expect(privateCacheControl({ ...(told !== undefined && { 'cache-control': told }), ...more })).toBe(
    expected,
  );
});

it.each([
  [[], 'Cookie, Authorization'],
  [['accept'], 'accept, Cookie, Authorization'],
  [['Origin', 'accept, origin,,cookie'], 'Origin, accept, cookie, Authorization'],
  [[undefined, '*'], '*, Cookie, Authorization'],
])('merges the lists %j of Vary to %s', (lists, expected) => {
  expect(privateVary(...lists)).toBe(expected);
});
