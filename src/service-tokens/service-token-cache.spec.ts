import { expect, it } from '@jest/globals';
import { type CachedToken, ServiceTokenCache } from './service-token-cache.ts';
import { asId } from '../../test/ids.ts';

function cachedToken(number: number, token = 'a.b.c'): CachedToken {
  const tuple = {
    sessionId: asId(`session ${number % 100}`),
    aud: 'did:web:a.example',
    lxm: `a.b.c${number}`,
  };
  return { tuple, token, expiresAt: new Date(0), endsAt: number, scope: 'atproto' };
}

it('keeps the most recently used tokens of 100,000 within its limit', () => {
  const cache = new ServiceTokenCache(1_000);
  const first = cachedToken(0);
  cache.set(first);
  for (let number = 1; number < 100_000; number++) {
    cache.set(cachedToken(number));
    cache.get(first.tuple);
  }
  expect(cache.get(first.tuple)).toBe(first);
  expect(cache.size).toBe(1_000);
  expect(cache.get(cachedToken(99_000).tuple)).toBeUndefined();
  expect(cache.get(cachedToken(99_001).tuple)).toBeDefined();
  expect(cache.ofSession(asId('session 1'))).toHaveLength(10);
});

it('removes an expired token, but not its replacement', () => {
  const cache = new ServiceTokenCache(10);
  const old = cachedToken(5);
  cache.set(old);
  const [ended] = cache.endedAt(5);
  const next = { ...old, endsAt: 100 };
  cache.set(next);
  if (ended) cache.delete(ended);
  expect(cache.get(old.tuple)).toBe(next);
  expect(cache.endedAt(99)).toEqual([]);
  expect(cache.endedAt(100)).toEqual([next]);
});

it('does not cache an overlong token, and removes the one that it replaces', () => {
  const cache = new ServiceTokenCache(10);
  cache.set(cachedToken(1));
  cache.set(cachedToken(1, 'x'.repeat(5_000)));
  expect(cache.size).toBe(0);
});
