import { describe, expect, it } from '@jest/globals';
import { asId } from '../../../test/ids.ts';
import { type Finished, MOST_ANSWERS, NativeTokenCache } from './native-token-cache.ts';

const binding = {
  appId: asId('an app'),
  issuer: 'https://issuer.example',
  jkt: 'a thumbprint',
  kid: 'a key',
};
const finished: Finished = {
  kind: 'answered',
  answer: { status: 200, headers: {}, body: '{}' },
  sent: { jti: 'j', nonce: null },
  binding,
};

/** The ids of one token more than the cache keeps. */
const crowd = Array.from({ length: MOST_ANSWERS + 1 }, (_, index) => `token ${index}`);

describe('an answer', () => {
  it('makes room for newer ones', () => {
    const cache = new NativeTokenCache();
    cache.keepAnswer('first', finished);
    for (const id of crowd) cache.keepAnswer(id, finished);
    expect(cache.findAnswer('first')).toBeUndefined();
    expect(cache.findAnswer(crowd.at(-1) ?? '')).toBe(finished);
    expect(cache.size).toBe(MOST_ANSWERS);
  });
});
