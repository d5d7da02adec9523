import { validateHeaderValue } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { Did } from '../database/tables/did.ts';
import { NO_CALLER, toCallerHeaders } from './caller-headers.ts';
import { asId } from '../../test/ids.ts';

const expiresAt = new Date('2026-11-20T18:30:40.500Z');
const browser = {
  kind: 'browser',
  did: 'did:plc:alice',
  sessionId: asId('session'),
  uiSessionId: asId('ui'),
  expiresAt,
} as const;
const session = {
  did: 'did:plc:alice',
  scope: 'atproto transition:generic',
} as const;

describe('toCallerHeaders', () => {
  it('has every header for every kind of caller', () => {
    expect(toCallerHeaders({ caller: browser, session, handle: 'alice.test' })).toEqual({
      'x-latchkey-did': 'did:plc:alice',
      'x-latchkey-handle': 'alice.test',
      'x-latchkey-credential': 'browser',
      'x-latchkey-scope': 'atproto transition:generic',
      'x-latchkey-session-id': 'session',
      'x-latchkey-key-id': '',
      'x-latchkey-expires-at': '2026-11-20T18:30:40.500Z',
    });
    const key = {
      did: 'did:plc:alice',
      sessionId: asId('session'),
      apiKeyId: asId('key'),
      scope: 'atproto',
    } as const;
    const caller = {
      kind: 'api-key',
      ...key,
      createdAt: expiresAt,
      expiresAt: null,
      keyExpiresAt: null,
    } as const;
    const headers = toCallerHeaders({ caller, session, handle: null });
    expect(headers).toMatchObject({ 'x-latchkey-key-id': 'key', 'x-latchkey-expires-at': '' });
    expect(headers).toMatchObject({ 'x-latchkey-handle': '', 'x-latchkey-credential': 'api-key' });
    expect(Object.keys(headers)).toEqual(Object.keys(NO_CALLER));
  });

  it.each([
    ['a\r\nx-latchkey-did: did:plc:evil', 'a%0D%0Ax-latchkey-did: did:plc:evil'],
    ['a\0b\x7f', 'a%00b%7F'],
    ['blåbær.test', 'bl%C3%A5b%C3%A6r.test'],
    ['😀', '%F0%9F%98%80'],
    ['\ud800', '%EF%BF%BD'],
    ['did:web:localhost%3A3000', 'did:web:localhost%3A3000'],
  ])('encodes %j as a valid header value', (text, written) => {
    const headers = toCallerHeaders({
      caller: browser,
      session: { did: text as Did, scope: text },
      handle: text,
    });
    for (const name of ['x-latchkey-did', 'x-latchkey-handle', 'x-latchkey-scope'] as const) {
      expect(headers[name]).toBe(written);
      validateHeaderValue(name, headers[name]);
    }
  });
});
