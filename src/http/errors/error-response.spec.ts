import { describe, expect, it } from '@jest/globals';
import { BrokerError } from '../../errors/broker-error.ts';
import { type ErrorCode, errorCodes } from '../../errors/error-code.ts';
import { toErrorResponse } from './error-response.ts';
import { statusTable } from './status-table.ts';

const ownTrouble = [
  'TokenUnavailable',
  'AppPaused',
  'IssuerUnavailable',
  'RefreshInDoubt',
  'SealedRowUnreadable',
  'SessionSuspended',
  'DatabaseUnavailable',
  'ShuttingDown',
  'UpstreamUnavailable',
  'UpstreamTimeout',
];

const errorOf = (code: ErrorCode, message: string): BrokerError => {
  switch (code) {
    case 'ScopeMissing':
      return new BrokerError(code, message, { missingScope: 'rpc:*' });
    case 'UseDpopNonce':
      return new BrokerError(code, message, { dpopNonce: 'n' });
    default:
      return new BrokerError(code, message);
  }
};

describe('toErrorResponse', () => {
  it('knows exactly the error codes there are', () => {
    expect(Object.keys(statusTable).sort()).toEqual([...errorCodes].sort());
  });

  it.each(errorCodes)('says %s with a status of its kind, and nothing that is kept', code => {
    const { status, headers, body } = toErrorResponse(errorOf(code, 'what happened'));
    expect(status).toBe(statusTable[code]);
    const scope = code === 'ScopeMissing' ? { scope: 'rpc:*' } : {};
    expect(body).toEqual({ error: code, message: 'what happened', ...scope });
    expect(headers['cache-control']).toBe('no-store');
    expect('www-authenticate' in headers).toBe(status === 401);
    expect('retry-after' in headers).toBe(status === 429 || ownTrouble.includes(code));
  });

  it.each([
    ['AuthenticationRequired', 'Bearer realm="latchkey"'],
    ['ReauthorizationRequired', 'Bearer realm="latchkey"'],
    ['InvalidToken', 'Bearer realm="latchkey", error="invalid_token"'],
  ] as const)('challenges %s as RFC 6750 has it', (code, challenge) => {
    expect(toErrorResponse(new BrokerError(code, '')).headers['www-authenticate']).toBe(challenge);
  });

  it.each([
    [undefined, '5'],
    [30, '30'],
  ])('asks to wait for %s seconds', (retryAfterSeconds, header) => {
    const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    const error = new BrokerError('DatabaseUnavailable', '', options);
    expect(toErrorResponse(error).headers['retry-after']).toBe(header);
  });

  it('asks nobody to wait for what does not pass', () => {
    const error = new BrokerError('UpstreamUnavailable', '', { isLasting: true });
    expect(toErrorResponse(error).headers).not.toHaveProperty('retry-after');
  });

  it('never tells the cause', () => {
    const error = new BrokerError('InternalError', 'Sorry.', { cause: new Error('secret') });
    expect(JSON.stringify(toErrorResponse(error))).not.toContain('secret');
  });
});
