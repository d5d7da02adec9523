import { describe, expect, it } from '@jest/globals';
import { tokenOfMintResponse } from './mint-response.ts';
import { asId } from '../../test/ids.ts';

const tuple = { sessionId: asId('s'), aud: 'did:web:a.example#svc', lxm: 'com.example.get' };

function tokenOf(statusCode: number, body: unknown, headers: Record<string, string> = {}): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return tokenOfMintResponse({ statusCode, headers }, text, tuple);
}

describe('tokenOfMintResponse', () => {
  it('returns the token', () => {
    expect(tokenOf(200, { token: 'a.b.c' })).toBe('a.b.c');
  });

  it.each([
    [200, '<html>', 'UpstreamUnavailable'],
    [200, { token: '' }, 'UpstreamUnavailable'],
    [500, { error: 'InternalServerError' }, 'UpstreamUnavailable'],
    [502, '<html>', 'UpstreamUnavailable'],
    [404, '<html>', 'UpstreamUnavailable'],
    [302, '', 'UpstreamUnavailable'],
    [400, { error: 'BadExpiration', message: 'too late' }, 'ServiceTokenRefused'],
    [401, { error: 'AccountDeactivated' }, 'ServiceTokenRefused'],
    [403, { error: 'ScopeMissingError', message: '' }, 'ScopeMissing'],
    [429, '', 'TooManyRequests'],
  ])('%i %j is %s', (status, body, code) => {
    expect(() => tokenOf(status, body)).toThrow(expect.objectContaining({ code }));
  });

  it('quotes the reason of the PDS in one line of limited length', () => {
    const message = `no\r\n\u001b[31m${'x'.repeat(1_000)}`;
    const told = `The account's PDS does not mint this token: no [31m${'x'.repeat(293)}`;
    expect(() => tokenOf(400, { error: 'InvalidRequest', message })).toThrow(told);
    expect(() => tokenOf(400, { error: 'InvalidRequest', message })).not.toThrow(`${told}x`);
  });

  it('names the missing scope, and the time to wait', () => {
    expect(() => tokenOf(403, { error: 'ScopeMissingError' })).toThrow(
      expect.objectContaining({
        details: { code: 'ScopeMissing', missingScope: 'rpc:com.example.get?aud=did:web:a.example%23svc' },
      }),
    );
    expect(() => tokenOf(429, {}, { 'retry-after': '17' })).toThrow(
      expect.objectContaining({ details: { code: 'TooManyRequests', retryAfterSeconds: 17 } }),
    );
  });
});
