import { describe, expect, it } from '@jest/globals';
import { redact, toLoggedError } from './redact.ts';

describe('redact', () => {
  it.each([
    [`ckapi_${'a1'.repeat(32)}`, 'a1a1'],
    ['cktmp_AbC-_9', 'AbC'],
    ['authorization: DPoP eyJhbGciOi.J9.x', 'eyJ'],
    ['Authorization: Bearer very-secret~token', 'very'],
    ['token eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJkaWQifQ.c2ln in a text', 'c2ln'],
    ['POST failed: grant_type=refresh_token&refresh_token=ref-0123456789abcdef0123&x=1', '0123456789'],
    ['{"access_token": "opaque", "x": 1}', 'opaque'],
    ['GET /oauth/callback?code=cod-99&state=abcdef&iss=x', 'abcdef'],
    ['postgres://latchkey:hunter2@db/latchkey', 'hunter2'],
  ])('hides the secret of %j', (text, secret) => {
    expect(text).toContain(secret);
    expect(redact(text)).not.toContain(secret);
  });

  it('leaves what is no secret', () => {
    const text = 'session 4b1f of did:plc:alice at https://pds.example answered 503 InternalError';
    expect(redact(text)).toBe(text);
  });
});

describe('toLoggedError', () => {
  it('tells type, code, message and causes, and no other property', () => {
    const cause = Object.assign(new TypeError('Bearer abcdef'), {
      code: 'ECONNRESET',
      headers: { dpop: 'proof' },
    });
    const logged = toLoggedError(new Error('outer', { cause }));
    expect(logged).toMatchObject({
      type: 'Error',
      message: 'outer',
      cause: { type: 'TypeError', code: 'ECONNRESET', message: 'Bearer [redacted]' },
    });
    expect(JSON.stringify(logged)).not.toMatch(/proof|abcdef/);
  });

  it('ends a chain of causes that has no end', () => {
    const error = new Error('again');
    error.cause = error;
    expect(JSON.stringify(toLoggedError(error)).match(/"again"/g)).toHaveLength(6);
  });

  it('tells what is thrown and is no error', () => {
    expect(toLoggedError('password=hunter2')).toEqual({ type: 'string', message: 'password=[redacted]' });
  });
});
