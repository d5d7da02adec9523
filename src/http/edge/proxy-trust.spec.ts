import { describe, expect, it } from '@jest/globals';
import { createProxyTrust } from './proxy-trust.ts';

describe('createProxyTrust', () => {
  it.each([
    ['10.0.0.7', true],
    ['::ffff:10.0.0.7', true],
    ['10.0.0.8', false],
    ['192.168.4.255', true],
    ['192.168.5.0', false],
    ['fd00::9', true],
    ['fe00::9', false],
    ['::1', false],
    ['127.0.0.1', false],
    ['unix', false],
    [undefined, false],
  ])('tells of %s whether it is on the list', (address, isTrusted) => {
    expect(createProxyTrust(['10.0.0.7', '192.168.4.0/24', 'fd00::/8'])(address)).toBe(isTrusted);
  });

  it('trusts nobody where nobody is named, loopback neither', () => {
    for (const address of ['127.0.0.1', '::1']) expect(createProxyTrust([])(address)).toBe(false);
    expect(createProxyTrust(['127.0.0.1', '::1'])('::1')).toBe(true);
  });
});
