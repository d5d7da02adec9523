import { describe, expect, it } from '@jest/globals';
import { parseIdentifier } from './identifier.ts';

const plc = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';

describe('parseIdentifier', () => {
  it.each([
    ['alice.example.com', 'alice.example.com'],
    ['  @Alice.Example.COM\n', 'alice.example.com'],
    ['at://alice.test', 'alice.test'],
    ['\u202aalice.test\u202c', 'alice.test'],
    ['ali\u200bce.test', 'alice.test'],
  ])('reads %j as a handle', (input, handle) => {
    expect(parseIdentifier(input)).toEqual({ kind: 'handle', handle });
  });

  it.each([plc, 'did:web:example.com', 'did:web:localhost%3A8080'])('reads %j as a DID', did => {
    expect(parseIdentifier(` ${did} `)).toEqual({ kind: 'did', did });
    expect(parseIdentifier(`at://${did}`)).toEqual({ kind: 'did', did });
  });

  it.each([
    ['https://pds.example.com', 'https://pds.example.com'],
    ['HTTPS://PDS.Example.com/xrpc/?a=b#c', 'https://pds.example.com'],
    ['http://localhost:2583/', 'http://localhost:2583'],
  ])('reads %j as a server', (input, origin) => {
    expect(parseIdentifier(input)).toEqual({ kind: 'server', origin });
  });

  it.each([
    '',
    'alice',
    'alice.',
    '.example.com',
    'alice..example.com',
    'alice.example.1com',
    'alice_b.example.com',
    'alice.local',
    'alice.localhost',
    'handle.invalid',
    `${'a'.repeat(64)}.example.com`,
    'alice@example.com',
    'alice.example.com/path',
    'did:plc:short',
    'did:key:zQ3shZc2QzApp2oymGvQbzP8eKheVshBHbU4ZYjeXqwSKEn6N',
    'did:web:example.com:users:alice',
    'did:web:example.com%3A8443',
    'https://user:password@pds.example.com',
    'https://@/',
    'http://',
    'ftp://example.com',
    'javascript:alert(1)',
    '10.0.0.1',
  ])('refuses %j', input => {
    expect(() => parseIdentifier(input)).toThrow(expect.objectContaining({ code: 'InvalidIdentifier' }));
  });

  it('does not repeat what was typed, which may be a password', () => {
    expect(() => parseIdentifier('hunter2 hunter2')).toThrow(/^(?!.*hunter2)/);
  });
});
