import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isStorableText } from '../../database/tables/stored-text.ts';
import { findIssuedRefreshToken, readTokenAnswer } from './token-answer.ts';

const good = {
  access_token: 'a',
  token_type: 'DPoP',
  refresh_token: 'r',
  expires_in: 3600,
  scope: 'atproto',
};
const read = (change: object) => readTokenAnswer(JSON.stringify({ ...good, ...change }));
const long = 'x'.repeat(60_000);

it('reads a token set', () => {
  expect(read({})).toEqual({
    accessToken: 'a',
    refreshToken: 'r',
    expiresInSeconds: 3600,
    scope: 'atproto',
    isUsable: true,
    sub: null,
    odd: [],
  });
});

it.each([
  [1e20, 31_536_000],
  [1e308, 31_536_000],
  [0, 300],
  [-1, 300],
  [0.001, 60],
  [10, 60],
  [7200.5, 7200.5],
  ['3600', 3600],
  ['3600.5', 3600.5],
  ['soon', 300],
  ['', 300],
  [' ', 300],
  ['0x10', 300],
  [null, 300],
  [undefined, 300],
  [true, 300],
  [[3600], 300],
  [{}, 300],
])('reads expires_in %j as %d s', (expires_in, seconds) => {
  expect(read({ expires_in })).toMatchObject({
    expiresInSeconds: seconds,
    accessToken: 'a',
    refreshToken: 'r',
  });
});

it('reads an infinite expires_in as 300 s', () => {
  const body = '{"access_token":"a","expires_in":1e999}';
  expect(readTokenAnswer(body)).toMatchObject({ expiresInSeconds: 300 });
});

it.each([
  [undefined, null],
  [null, null],
  ['', null],
  [7, null],
  ['r\0', null],
  ['r\ud800', null],
  [long, long],
  ['x'.repeat(1024 * 1024), null],
])('reads a refresh token, and keeps the old one without a usable one', (refresh_token, kept) => {
  expect(read({ refresh_token })?.refreshToken).toBe(kept);
});

it.each([
  [undefined, null, []],
  [null, null, []],
  [['atproto'], null, ['scope']],
  ['atproto \0', null, ['scope']],
  ['atproto \ud800', null, ['scope']],
  [long, null, ['scope']],
  ['atproto rpc:é', 'atproto rpc:é', []],
])('reads a scope, and keeps the stored one without a usable one', (scope, kept, odd) => {
  expect(read({ scope })).toMatchObject({ scope: kept, odd });
});

it.each([
  [{ token_type: undefined }, true],
  [{ token_type: null }, true],
  [{ token_type: 'dpop' }, true],
  [{ token_type: 'Bearer' }, false],
  [{ token_type: 7 }, false],
  [{ access_token: 'a b' }, true],
  [{ access_token: 'a\nb' }, false],
  [{ access_token: 'a\0' }, false],
  [{ access_token: 'ä' }, false],
  [{ access_token: 'x'.repeat(1024 * 1024) }, false],
])('reads whether %j can be sent', (change, isUsable) => {
  expect(read(change)).toMatchObject({ isUsable, refreshToken: 'r' });
});

it.each([
  [null, null],
  ['did:plc:a', 'did:plc:a'],
  ['', ''],
  [7, ''],
  ['did:plc:\ud800', ''],
])('reads the subject %j', (sub, told) => {
  expect(read({ sub })?.sub).toBe(told);
});

describe('the body', () => {
  it.each(['', 'null', '[]', '"a"', '7', '{', '{}', '{"access_token":""}', '{"access_token":7}', '<html>'])(
    '%s is no token set',
    body => {
      expect(readTokenAnswer(body)).toBeUndefined();
      expect(findIssuedRefreshToken(body)).toBeNull();
    },
  );

  it('may begin with a byte order mark', () => {
    expect(readTokenAnswer(`\ufeff${JSON.stringify(good)}`)).toMatchObject({ refreshToken: 'r' });
  });

  it('gives the refresh token as it was written', () => {
    expect(findIssuedRefreshToken(JSON.stringify({ ...good, refresh_token: 'r\0' }))).toBe('r\0');
  });
});

it('yields only what both databases can store, whatever a token set says', () => {
  const members = fc.record(
    Object.fromEntries(
      ['token_type', 'refresh_token', 'expires_in', 'scope', 'sub'].map(name => [name, fc.jsonValue()]),
    ),
    { requiredKeys: [] },
  );
  const text = fc.string({ unit: 'binary', minLength: 1 });
  fc.assert(
    fc.property(text, members, (access_token, others) => {
      const tokens = readTokenAnswer(JSON.stringify({ access_token, ...others }));
      expect(tokens).toBeDefined();
      if (!tokens) return;
      const { expiresInSeconds } = tokens;
      expect(expiresInSeconds >= 60 && expiresInSeconds <= 31_536_000).toBe(true);
      for (const kept of [tokens.refreshToken, tokens.scope])
        expect(kept === null || isStorableText(kept)).toBe(true);
      if (typeof others.refresh_token === 'string' && isStorableText(others.refresh_token))
        expect(tokens.refreshToken).toBe(others.refresh_token === '' ? null : others.refresh_token);
    }),
  );
});
