import { expect, it } from '@jest/globals';
import { type KeptToken, ServiceTokenCache } from './service-token-cache.ts';
import { asId } from '../../test/ids.ts';

function kept(number: number, token = 'a.b.c'): KeptToken {
  const tuple = {
    sessionId: asId(`session ${number % 100}`),
    aud: 'did:web:a.example',
    lxm: `a.b.c${number}`,
  };
  return { tuple, token, expiresAt: new Date(0), endsAt: number, scope: 'atproto' };
}

it('holds no more than its bound under 100,000 tuples, and those used last', () => {
  const cache = new ServiceTokenCache(1_000);
  const first = kept(0);
  cache.set(first);
  for (let number = 1; number < 100_000; number++) {
    cache.set(kept(number));
    cache.get(first.tuple);
  }
  expect(cache.get(first.tuple)).toBe(first);
  expect(cache.size).toBe(1_000);
  expect(cache.get(kept(99_000).tuple)).toBeUndefined();
  expect(cache.get(kept(99_001).tuple)).toBeDefined();
  expect(cache.ofSession(asId('session 1'))).toHaveLength(10);
});

it('removes what has ended, and nothing that took its place', () => {
  const cache = new ServiceTokenCache(10);
  const old = kept(5);
  cache.set(old);
  const [ended] = cache.endedAt(5);
  const next = { ...old, endsAt: 100 };
  cache.set(next);
  if (ended) cache.delete(ended);
  expect(cache.get(old.tuple)).toBe(next);
  expect(cache.endedAt(99)).toEqual([]);
  expect(cache.endedAt(100)).toEqual([next]);
});

it('keeps no token of an unheard-of length, and not the one before it either', () => {
  const cache = new ServiceTokenCache(10);
  cache.set(kept(1));
  cache.set(kept(1, 'x'.repeat(5_000)));
  expect(cache.size).toBe(0);
});
