import { describe, expect, it } from '@jest/globals';
import {
  activatableFrom,
  type ClientKeyLife,
  clientKeyStatusOf,
  decideActivation,
  decideRetirement,
  findSigningKey,
} from './client-key-life.ts';

const now = new Date('2026-11-20T18:00:00.000Z');
const minutes = (count: number): Date => new Date(now.getTime() + count * 60_000);

function key(kid: string, life: Partial<ClientKeyLife> = {}): ClientKeyLife {
  return { kid, publishedAt: minutes(-60), activeAt: null, retiredAt: null, ...life };
}

const published = key('published');
const active = key('active', { activeAt: minutes(-30) });
const retired = key('retired', { activeAt: minutes(-30), retiredAt: minutes(-1) });

describe('the status of a client key', () => {
  it.each([
    ['published', published],
    ['active', key('active before the clock went back', { activeAt: minutes(1) })],
    ['active', active],
    ['retired', retired],
    ['retired', key('never active', { retiredAt: now })],
    ['retired', key('retired before the clock went back', { retiredAt: minutes(1) })],
  ])('is %s', (status, life) => {
    expect(clientKeyStatusOf(life)).toBe(status);
  });
});

describe('the key that sessions begin with', () => {
  it('is the one that was activated last, in any order of the keys', () => {
    const newer = key('newer', { activeAt: minutes(-10) });
    const [a, b, c] = [active, newer, retired];
    for (const keys of [
      [a, b, c, published],
      [published, c, b, a],
    ])
      expect(findSigningKey(keys)?.kid).toBe('newer');
  });

  it('is undefined if none is active', () => {
    expect(findSigningKey([published, retired])).toBeUndefined();
  });
});

describe('activating a client key', () => {
  it('is allowed twenty minutes after its publication', () => {
    const fresh = key('fresh', { publishedAt: now });
    expect(activatableFrom(fresh)).toEqual(minutes(20));
    expect(decideActivation(fresh, new Date(minutes(20).getTime() - 1))).toEqual({ kind: 'too-early' });
    expect(decideActivation(fresh, minutes(20))).toEqual({ kind: 'change' });
  });

  it('is done once, and never to a retired key', () => {
    expect(decideActivation(active, now)).toEqual({ kind: 'nothing-to-do' });
    expect(decideActivation(retired, now)).toEqual({ kind: 'retired' });
  });
});

describe('retiring a client key', () => {
  it('is refused for the last active one', () => {
    expect(decideRetirement(active, [active, published, retired])).toEqual({ kind: 'last-active' });
  });

  it('is allowed if another is active, and for a key that never was', () => {
    const other = key('other', { activeAt: minutes(-5) });
    expect(decideRetirement(active, [active, other])).toEqual({ kind: 'change' });
    expect(decideRetirement(published, [active, published])).toEqual({ kind: 'change' });
  });

  it('is done once', () => {
    expect(decideRetirement(retired, [active, retired])).toEqual({ kind: 'nothing-to-do' });
  });
});
