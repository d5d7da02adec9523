import type { AtprotoDidDocument } from '@atproto-labs/did-resolver';
import { describe, expect, it } from '@jest/globals';
import { pdsOf } from './pds-of.ts';

const id = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';

const documentWith = (serviceEndpoint: string, type = 'AtprotoPersonalDataServer'): AtprotoDidDocument => ({
  '@context': 'https://www.w3.org/ns/did/v1',
  id,
  service: [{ id: '#atproto_pds', type, serviceEndpoint }],
});

describe('pdsOf', () => {
  it.each([
    ['https://pds.example.com', 'https://pds.example.com'],
    ['https://pds.example.com:8443/', 'https://pds.example.com:8443'],
    ['https://PDS.example.com/base?query#hash', 'https://pds.example.com'],
  ])('returns the origin of %s', (endpoint, origin) => {
    expect(pdsOf(documentWith(endpoint), false)).toBe(origin);
  });

  it('accepts http in development only', () => {
    const document = documentWith('http://localhost:2583');
    expect(pdsOf(document, true)).toBe('http://localhost:2583');
    expect(() => pdsOf(document, false)).toThrow(expect.objectContaining({ code: 'AccountUnreachable' }));
  });

  it.each([
    ['no service', { ...documentWith(''), service: [] }],
    ['another type of service', documentWith('https://pds.example.com', 'BskyFeedGenerator')],
    ['no URL', documentWith('pds.example.com')],
    ['another protocol', documentWith('ftp://pds.example.com')],
    ['user information', documentWith('https://user:password@pds.example.com')],
  ])('refuses %s', (_, document) => {
    const failure = expect.objectContaining({
      code: 'AccountUnreachable',
      message: expect.stringContaining(id),
    });
    expect(() => pdsOf(document, true)).toThrow(failure);
  });
});
