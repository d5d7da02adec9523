import { describe, expect, it } from '@jest/globals';
import type { HomeFacts } from '../engine/home-facts.ts';
import { decideHome, type StoredHome } from './home-decision.ts';

const facts: HomeFacts = { address: 'db.internal:5432/latchkey', system: '7301', database: '16384' };
const stored: StoredHome = { facts, settledAt: '2026-11-01T00:00:00.000Z' };

function fingerprintOf(home: StoredHome, found: HomeFacts): string {
  const decision = decideHome(home, found, undefined);
  return decision.kind === 'refuse' ? decision.fingerprint : '';
}

describe('the home of a database', () => {
  it('is adopted at the first start', () => {
    expect(decideHome(undefined, facts, undefined)).toEqual({ kind: 'adopt' });
    expect(decideHome(undefined, facts, 'a left acceptance')).toEqual({ kind: 'adopt' });
  });

  it('is the same while every known fact is', () => {
    expect(decideHome(stored, facts, undefined)).toEqual({ kind: 'same' });
    expect(decideHome(stored, { ...facts, region: 'new' }, undefined)).toEqual({ kind: 'same' });
    expect(decideHome(stored, { address: facts.address ?? '' }, undefined)).toEqual({ kind: 'same' });
  });

  it.each(Object.keys(facts))('is another one if %s differs', name => {
    const found = { ...facts, [name]: 'other' };
    const fingerprint = fingerprintOf(stored, found);
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(decideHome(stored, found, fingerprint)).toEqual({ kind: 'accept' });
    for (const wrong of ['', 'yes', 'true', fingerprint.toUpperCase(), `${fingerprint} `])
      expect(decideHome(stored, found, wrong).kind).toBe('refuse');
  });

  it('is accepted for one move only', () => {
    const found = { ...facts, system: '9' };
    const fingerprint = fingerprintOf(stored, found);
    expect(fingerprintOf({ ...stored, settledAt: '2026-11-02T00:00:00.000Z' }, found)).not.toBe(fingerprint);
    expect(fingerprintOf(stored, { ...found, system: '10' })).not.toBe(fingerprint);
  });
});
