import { describe, expect, it } from '@jest/globals';
import { BoundedCache } from './bounded-cache.ts';

describe('a bounded cache', () => {
  it('evicts its least recently used entry at the limit', () => {
    const cache = new BoundedCache<string, number>(2);
    cache.set('a', 1).set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    expect([...cache.keys()].sort()).toEqual(['a', 'c']);
  });

  it('passes on the options of lru-cache', () => {
    const dropped: string[] = [];
    const cache = new BoundedCache<string, number>(1, { dispose: (_, key) => dropped.push(key) });
    cache.set('a', 1).set('b', 2);
    expect(dropped).toEqual(['a']);
  });
});
