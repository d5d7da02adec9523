import { describe, expect, it } from '@jest/globals';
import { isPublicUnicast } from './public-unicast.ts';

const ranges: Record<string, string[]> = {
  'unspecified and "this network"': ['0.0.0.0', '0.1.2.3', '::'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  'private (RFC 1918)': ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1'],
  'link-local and cloud metadata': ['169.254.0.1', '169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  'shared (RFC 6598)': ['100.64.0.1', '100.127.255.255'],
  'unique local and site-local': ['fc00::1', 'fd00:ec2::254', 'fec0::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  'broadcast and reserved': ['255.255.255.255', '240.0.0.1', '192.0.0.1', '198.18.0.1', '192.88.99.1'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  'IPv4-mapped': ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8'],
  'IPv4-compatible and translated': ['::127.0.0.1', '::7f00:1', '::ffff:0:127.0.0.1'],
  NAT64: ['64:ff9b::7f00:1', '64:ff9b::8.8.8.8', '64:ff9b:1::7f00:1'],
  '6to4 and Teredo': ['2002:7f00:1::', '2002:808:808::1', '2001::1', '2001:0:53aa:64c:0:1:f5ff:fffe'],
  'outside of 2000::/3': ['100::1', '1::1', '4000::1', '5f00::1', 'e000::1'],
  'other spellings of IPv4': ['2130706433', '0x7f.1', '0177.0.0.1', '127.1', '010.0.0.1'],
  'no address': ['', 'localhost', '8.8.8.8.8', '[::1]', '8.8.8.8/8'],
};

describe('isPublicUnicast', () => {
  it.each(Object.entries(ranges))('refuses %s', (_, addresses) => {
    expect(addresses.filter(isPublicUnicast)).toEqual([]);
  });

  it('accepts hosts of the public internet, up to the edges of the special ranges', () => {
    const addresses = ['8.8.8.8', '1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0'];
    addresses.push('128.0.0.1', '172.15.255.255', '172.32.0.0', '192.167.255.255', '223.255.255.255');
    addresses.push('2606:4700::1111', '2a00:1450:4001:81b::200e', '2001:4860:4860::8888');
    expect(addresses.filter(address => !isPublicUnicast(address))).toEqual([]);
  });
});
