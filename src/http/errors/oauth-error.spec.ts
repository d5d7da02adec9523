import { describe, expect, it } from '@jest/globals';
import { BrokerError } from '../../errors/broker-error.ts';
import { errorCodes } from '../../errors/error-code.ts';
import { toOAuthErrorResponse } from './oauth-error.ts';

const bareCodes = errorCodes.filter(code => code !== 'ScopeMissing' && code !== 'UseDpopNonce');
const errors = [
  ...bareCodes.map(code => new BrokerError(code, 'what happened')),
  new BrokerError('ScopeMissing', 'what happened', { missingScope: 'rpc:*' }),
  new BrokerError('UseDpopNonce', 'what happened', { dpopNonce: 'n' }),
];

describe('toOAuthErrorResponse', () => {
  it.each(errors)('says $code with a code of OAuth, and never one that ends a session', error => {
    const { status, body } = toOAuthErrorResponse(error);
    expect(body.error).toMatch(/^[a-z_]+$/);
    expect(body.error).not.toBe('invalid_grant');
    expect(body.error_description).toBe('what happened');
    if (status >= 500 || status === 429)
      expect(body.error).toMatch(/^(temporarily_unavailable|server_error)$/);
  });

  it('writes only what a description may have', () => {
    const { body } = toOAuthErrorResponse(new BrokerError('InvalidRequest', 'é "quoted" \\ \n'));
    expect(body.error_description).toBe("? 'quoted' ? ?");
  });

  it('tells the nonce that is wanted', () => {
    const error = new BrokerError('UseDpopNonce', '', { dpopNonce: 'n' });
    expect(toOAuthErrorResponse(error).headers).toMatchObject({ 'dpop-nonce': 'n' });
  });
});
