import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { parseIdentifier, readIdentifier } from './identifier.ts';

const plc = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';

describe('parseIdentifier', () => {
  it.each([
    ['alice.example.com', 'alice.example.com'],
    ['  @Alice.Example.COM\n', 'alice.example.com'],
    ['alice.test.', 'alice.test'],
    ['alice.test/', 'alice.test'],
    ['@ alice.test', 'alice.test'],
    ['Alice. test', 'alice.test'],
    ['＠alice.test', 'alice.test'],
    ['ａｌｉｃｅ．ｔｅｓｔ', 'alice.test'],
    ['alice。test', 'alice.test'],
    ['\u00a0alice.test\u00a0', 'alice.test'],
    ['\u202aalice.test\u202c', 'alice.test'],
    ['ali\u200bce.test\ufeff', 'alice.test'],
    ['alice\u00ad.test\u0000', 'alice.test'],
    ['“alice.test”,', 'alice.test'],
    ['<@alice.test>', 'alice.test'],
    ['at://alice.test', 'alice.test'],
    ['AT://Alice.test/app.bsky.feed.post/3k2yihcrp6f2c', 'alice.test'],
    ['bücher.example.com', 'xn--bcher-kva.example.com'],
    ['@BÜCHER.example.com', 'xn--bcher-kva.example.com'],
    ['xn--bcher-kva.example.com', 'xn--bcher-kva.example.com'],
    ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
    ['https://bsky.app/profile/alice.test', 'alice.test'],
    ['https://bsky.app/profile/Alice.test/post/3k2yihcrp6f2c?ref=x#y', 'alice.test'],
    ['https://bsky.app/profile/@alice.test/', 'alice.test'],
    ['bsky.app/profile/alice.test', 'alice.test'],
    ['https://app.example.com/@alice.test', 'alice.test'],
    ['https://alice.test/.well-known/atproto-did', 'alice.test'],
    ['https://bsky.app/profile/b%C3%BCcher.example.com', 'xn--bcher-kva.example.com'],
  ])('reads %j as a handle', (input, handle) => {
    expect(parseIdentifier(input)).toEqual({ kind: 'handle', handle });
  });

  it.each([plc, 'did:web:example.com', 'did:web:localhost%3A8080'])('reads %j as a DID', did => {
    expect(parseIdentifier(` ${did} `)).toEqual({ kind: 'did', did });
    expect(parseIdentifier(`at://${did}`)).toEqual({ kind: 'did', did });
  });

  it.each([
    [plc.toUpperCase(), plc],
    [`DID:plc:${plc.slice(8)}`, plc],
    [`@${plc}.`, plc],
    [`${plc}#atproto_pds`, plc],
    [`at://${plc}/app.bsky.actor.profile/self`, plc],
    [`https://bsky.app/profile/${plc}/post/3k2yihcrp6f2c`, plc],
    [`https://plc.directory/${plc}/log/audit`, plc],
    [`bsky.app/profile/${plc}`, plc],
    [`https://bsky.app/profile/did%3Aplc%3A${plc.slice(8)}`, plc],
    ['did:web:Example.COM', 'did:web:example.com'],
    ['did:web:localhost%3a8080', 'did:web:localhost%3A8080'],
  ])('reads %j as the DID in it', (input, did) => {
    expect(parseIdentifier(input)).toEqual({ kind: 'did', did });
  });

  it.each([
    ['https://pds.example.com:8443', 'https://pds.example.com:8443'],
    ['HTTPS://PDS.Example.com/xrpc/?a=b#c', 'https://pds.example.com'],
    ['http://localhost:2583/', 'http://localhost:2583'],
    ['https://bsky.app/settings', 'https://bsky.app'],
  ])('reads %j as a server', (input, origin) => {
    expect(parseIdentifier(input)).toEqual({ kind: 'server', origin });
  });

  it.each([
    ['https://alice.test', 'alice.test'],
    ['https://Alice.test/', 'alice.test'],
    ['https://alice.test./', 'alice.test'],
    ['http://bücher.example.com', 'xn--bcher-kva.example.com'],
  ])('reads %j as a server that may be a handle', (input, handle) => {
    expect(parseIdentifier(input)).toMatchObject({ kind: 'server', handle });
  });
});

describe('what is no identifier', () => {
  it.each([
    ['', 'empty'],
    [' @ ', 'empty'],
    ['at://', 'empty'],
    ['alice', 'no-dot', 'alice.bsky.social'],
    ['@Alice', 'no-dot', 'alice.bsky.social'],
    ['alice.', 'no-dot', 'alice.bsky.social'],
    ['at://alice/app.bsky.feed.post/1', 'no-dot', 'alice.bsky.social'],
    ['https://bsky.app/profile/alice', 'no-dot', 'alice.bsky.social'],
    ['.example.com', 'malformed', 'example.com'],
    ['alice..example.com', 'malformed', 'alice.example.com'],
    ['alice.example.1com', 'malformed'],
    [`${'a'.repeat(64)}.example.com`, 'malformed'],
    ['alice_b.example.com', 'characters', 'alice-b.example.com'],
    ['alice,bsky.social', 'characters', 'alice.bsky.social'],
    ['alice.local', 'reserved'],
    ['alice.localhost', 'reserved'],
    ['handle.invalid', 'reserved'],
    ['alice@example.com', 'email', 'alice.bsky.social'],
    ['mailto:alice@example.com', 'email', 'alice.bsky.social'],
    ['alice@localhost', 'email', 'alice.bsky.social'],
    ['alice+spam@example.com', 'email'],
    ['@alice@social.example.com', 'fediverse'],
    ['+1 (555) 123-4567', 'phone'],
    ['0170 1234567', 'phone'],
    ['10.0.0.1', 'address'],
    ['[::1]:443', 'address'],
    ['alice.example.com/path', 'path', 'alice.example.com'],
    ['did:plc:short', 'did-malformed'],
    ['did:web:', 'did-malformed'],
    ['did:key:zQ3shZc2QzApp2oymGvQbzP8eKheVshBHbU4ZYjeXqwSKEn6N', 'did-method'],
    ['did:web:example.com:users:alice', 'did-web-path'],
    ['did:web:example.com%3A8443', 'did-web-path'],
    ['pds.example.com:8443', 'server-without-scheme', 'https://pds.example.com:8443'],
    ['localhost:2583', 'server-without-scheme', 'https://localhost:2583'],
    ['https://user:password@pds.example.com', 'url-with-password'],
    ['https://@/', 'malformed-url'],
    ['http://', 'malformed-url'],
    ['ftp://example.com', 'other-scheme'],
    ['javascript:alert(1)', 'other-scheme'],
    ['hunter2 hunter2', 'blank'],
    ['alice.test bob.test', 'blank'],
    ['alice.test\nbob.test', 'blank'],
  ])('%j is called by its flaw', (input, ...[flaw, suggestion]) => {
    expect(readIdentifier(input)).toEqual({
      kind: 'flawed',
      flaw,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
    expect(() => parseIdentifier(input)).toThrow(
      expect.objectContaining({
        code: 'InvalidIdentifier',
        message: expect.stringMatching(suggestion ?? /[Ee]nter /),
      }),
    );
  });

  it('is not read if it is longer than any name', () => {
    expect(readIdentifier(`https://bsky.app/profile/alice.test?${'a'.repeat(3000)}`)).toEqual({
      kind: 'flawed',
      flaw: 'too-long',
    });
  });

  it('is not repeated when it may be a password', () => {
    expect(() => parseIdentifier('hunter2 hunter2')).toThrow(/^(?!.*hunter2)/);
  });
});

describe('readIdentifier, for any text', () => {
  const odd = fc.constantFrom(
    '@',
    '.',
    ':',
    '/',
    ' ',
    '\u00a0',
    '\u200b',
    '%',
    '#',
    '[',
    'did:plc:',
    'at://',
    'https://',
    'profile/',
    'xn--',
    '＠',
    '。',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc
      .array(fc.oneof(odd, fc.string({ unit: 'grapheme', maxLength: 5 })), { maxLength: 12 })
      .map(parts => parts.join('')),
  );

  it('never throws, and reads its own results alike', () => {
    fc.assert(
      fc.property(text, input => {
        const read = readIdentifier(input);
        if (read.kind === 'handle') expect(readIdentifier(read.handle)).toEqual(read);
        if (read.kind === 'did') expect(readIdentifier(read.did)).toEqual(read);
        if (read.kind === 'flawed' && read.suggestion !== undefined)
          expect(readIdentifier(read.suggestion).kind).not.toBe('flawed');
      }),
      { numRuns: 2000 },
    );
  });
});
