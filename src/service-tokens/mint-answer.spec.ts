import { describe, expect, it } from '@jest/globals';
import { decideMintAnswer } from './mint-answer.ts';

const tuple = { sessionId: 's', aud: 'did:web:a.example#svc', lxm: 'com.example.get' };

function judge(statusCode: number, body: unknown, headers: Record<string, string> = {}): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return decideMintAnswer({ statusCode, headers, body: Buffer.alloc(0) }, text, tuple);
}

describe('decideMintAnswer', () => {
  it('takes the token', () => {
    expect(judge(200, { token: 'a.b.c' })).toBe('a.b.c');
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
    expect(() => judge(status, body)).toThrow(expect.objectContaining({ code }));
  });

  it('says what the PDS says, in one line and not at any length', () => {
    const message = `no\r\n\u001b[31m${'x'.repeat(1_000)}`;
    const told = `The account's PDS does not mint this token: no [31m${'x'.repeat(293)}`;
    expect(() => judge(400, { error: 'InvalidRequest', message })).toThrow(told);
    expect(() => judge(400, { error: 'InvalidRequest', message })).not.toThrow(`${told}x`);
  });

  it('names the scope that is missing, and when to come again', () => {
    expect(() => judge(403, { error: 'ScopeMissingError' })).toThrow(
      expect.objectContaining({
        details: { code: 'ScopeMissing', missingScope: 'rpc:com.example.get?aud=did:web:a.example%23svc' },
      }),
    );
    expect(() => judge(429, {}, { 'retry-after': '17' })).toThrow(
      expect.objectContaining({ details: { code: 'TooManyRequests', retryAfterSeconds: 17 } }),
    );
  });
});
