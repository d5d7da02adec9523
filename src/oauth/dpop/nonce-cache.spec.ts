import { describe, expect, it } from '@jest/globals';
import { NonceCache } from './nonce-cache.ts';

const MAX_ENTRIES = 10_000;

describe('the cache of nonces', () => {
  it('knows the newest nonce of each name, and none of another', () => {
    const nonces = new NonceCache();
    nonces.set('a', 'old');
    nonces.set('b', 'other');
    nonces.set('a', 'new');
    expect(['a', 'b', 'c'].map(name => nonces.get(name))).toEqual(['new', 'other', undefined]);
  });

  it('is apart from every other cache', () => {
    const [ofIssuer, ofPds] = [new NonceCache(), new NonceCache()];
    ofIssuer.set('https://pds.example', 'nonce');
    expect(ofPds.get('https://pds.example')).toBeUndefined();
  });

  it('keeps so many, and drops those that were told longest ago', () => {
    const nonces = new NonceCache();
    for (let index = 0; index < MAX_ENTRIES; index++) nonces.set(String(index), 'nonce');
    nonces.set('0', 'told again');
    expect(nonces.get('1')).toBe('nonce');
    nonces.set('one more', 'nonce');
    expect(nonces.get('1')).toBeUndefined();
    expect(['0', '2', 'one more'].map(name => nonces.get(name))).toEqual(['told again', 'nonce', 'nonce']);
  });

  it('keeps none that is so long that it would fill the memory, nor the one before it', () => {
    const nonces = new NonceCache();
    nonces.set('a', 'n'.repeat(1_024));
    expect(nonces.get('a')).toHaveLength(1_024);
    nonces.set('a', 'n'.repeat(1_025));
    expect(nonces.get('a')).toBeUndefined();
  });
});
