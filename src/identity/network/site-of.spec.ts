import { describe, expect, it } from '@jest/globals';
import { siteOf } from './site-of.ts';

describe('the site of a host', () => {
  it.each([
    ['bsky.social', 'bsky.social'],
    ['morel.us-east.host.bsky.network', 'bsky.network'],
    ['a1.evil.example.com', 'example.com'],
    ['a1.evil.co.uk', 'evil.co.uk'],
    ['a1.workers.dev', 'workers.dev'],
    ['pds.example.com.', 'example.com'],
    ['xn--fsq.xn--p1ai', 'xn--fsq.xn--p1ai'],
    ['203.0.113.7', '203.0.113.7'],
    ['[2606:4700::1111]', '2606:4700::1111'],
    ['localhost', 'localhost'],
    ['pds.internal', 'pds.internal'],
    ['com', 'com'],
  ])('of %s is %s', (host, site) => {
    expect(siteOf(host)).toBe(site);
  });
});
