import { describe, expect, it } from '@jest/globals';
import { Fingerprints } from './fingerprints.service.ts';
import type { LookupKeyRepository } from './lookup-key.repository.ts';

const now = Date.parse('2026-11-20T18:00:30.000Z');
const MINUTE_MS = 60_000;

async function withKey(byte: number): Promise<Fingerprints> {
  const keys: Pick<LookupKeyRepository, 'getOrCreate'> = {
    getOrCreate: () => Promise.resolve(Buffer.alloc(32, byte)),
  };
  const fingerprints = new Fingerprints(keys as LookupKeyRepository);
  await fingerprints.onModuleInit();
  return fingerprints;
}

describe('Fingerprints', () => {
  it('are the same for the same, and different for all else', async () => {
    const [one, other] = [await withKey(1), await withKey(2)];
    const names = [
      one.ofRefreshToken('https://a.example', 'token'),
      one.ofRefreshToken('https://b.example', 'token'),
      one.ofRefreshToken('https://a.example', 'token2'),
      one.ofLogin('https://a.example', 'token'),
      other.ofRefreshToken('https://a.example', 'token'),
    ];
    expect(one.ofRefreshToken('https://a.example', 'token')).toEqual(names[0]);
    expect(new Set(names.map(({ id }) => id)).size).toBe(names.length);
    expect(names[1]?.token).toBe(names[0]?.token);
    expect(names[3]?.token).not.toBe(names[0]?.token);
    for (const { id } of names) expect(id).toMatch(/^[\w-]{43}$/);
  });

  it('give nonces for one of them alone, and for some minutes', async () => {
    const fingerprints = await withKey(1);
    const nonce = fingerprints.nonce('id', now);
    for (const later of [0, 1, 2])
      expect(fingerprints.isGoodNonce(nonce, 'id', now + later * MINUTE_MS)).toBe(true);
    expect(fingerprints.isGoodNonce(nonce, 'id', now - MINUTE_MS)).toBe(true);
    for (const off of [-2, 3])
      expect(fingerprints.isGoodNonce(nonce, 'id', now + off * MINUTE_MS)).toBe(false);
    expect(fingerprints.isGoodNonce(nonce, 'another', now)).toBe(false);
    expect(fingerprints.isGoodNonce('', 'id', now)).toBe(false);
    expect((await withKey(2)).isGoodNonce(nonce, 'id', now)).toBe(false);
  });
});
