import { describe, expect, it } from '@jest/globals';
import type { IssuedApiKeyView } from '../../api-keys/keys/api-key-view.ts';
import { BrokerRefusal, BrokerUnreachable } from '../command/broker-api.ts';
import { claimKey } from './key-claim.ts';

const request = {
  id: 'id',
  authorizeUrl: '',
  tempToken: '',
  scope: 'atproto',
  expiresAt: new Date(Date.now() + 60_000),
};
const key = { id: 'a key' } as IssuedApiKeyView;

/** Claims with the code `right` from a broker that fails in these ways first. Returns the codes that it received. */
async function claimAfter(...failures: Error[]): Promise<{ claimed: IssuedApiKeyView; codes: string[] }> {
  const codes: string[] = [];
  const claim = (_: unknown, code: string): Promise<IssuedApiKeyView> => {
    codes.push(code);
    const failure = failures.shift();
    return failure ? Promise.reject(failure) : Promise.resolve(key);
  };
  const claimed = await claimKey({ claim }, request, {
    nextCode: () => Promise.resolve('right'),
    onWrong: () => undefined,
  });
  return { claimed, codes };
}

describe('a claim whose response is lost', () => {
  it.each([
    ['the connection breaks', new BrokerUnreachable('lost')],
    ['the database is away', new BrokerRefusal('DatabaseUnavailable', 503, 'DatabaseUnavailable')],
  ])('is repeated with the same code: %s', async (_why, failure) => {
    expect(await claimAfter(failure)).toEqual({ claimed: key, codes: ['right', 'right'] });
  });

  it('is not repeated if the broker refuses it', async () => {
    const refusal = new BrokerRefusal('TooManyApiKeys', 409, 'TooManyApiKeys');
    await expect(claimAfter(refusal)).rejects.toBe(refusal);
  });
});
