import { expect, it } from '@jest/globals';
import { networkOf } from './address-limit.ts';

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
  ['2001:DB8:1:2::', '2001:db8:0001:0002::9'],
])('counts %s and %s as one', (one, other) => {
  expect(networkOf(one)).toBe(networkOf(other));
});

it.each([
  ['192.0.2.7', '192.0.2.8'],
  ['2001:db8:1:2::1', '2001:db8:1:3::1'],
  ['::1', '127.0.0.1'],
])('counts %s and %s apart', (one, other) => {
  expect(networkOf(one)).not.toBe(networkOf(other));
});
