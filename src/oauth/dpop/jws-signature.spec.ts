import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { toJwsForm } from './jws-signature.ts';

/** A signature in DER, of two numbers written in hexadecimal as DER writes them. */
function der(r: string, s: string): Buffer {
  const numbers = [r, s]
    .map(hex => Buffer.from(hex, 'hex'))
    .flatMap(number => [0x02, number.length, ...number]);
  return Buffer.from([0x30, numbers.length, ...numbers]);
}

const ff = 'ff'.repeat(32);

describe('toJwsForm', () => {
  it.each([
    ['7f'.repeat(32), '01'.repeat(32), '7f'.repeat(32) + '01'.repeat(32)],
    [`00${ff}`, `00${ff}`, ff + ff],
    ['01', '02', '01'.padStart(64, '0') + '02'.padStart(64, '0')],
    [`00${'80'.padEnd(62, '0')}`, '7f'.repeat(31), '00' + '80'.padEnd(62, '0') + '00' + '7f'.repeat(31)],
  ])('gives the numbers %s and %s 32 bytes each', (r, s, jws) => {
    expect(toJwsForm(der(r, s)).toString('hex')).toBe(jws);
  });

  it('gives what verifies as the form of JWS, for many signatures of many lengths', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const lengths = new Set<number>();
    for (let count = 0; count < 2000; count++) {
      const data = randomBytes(32);
      const signature = sign('sha256', data, privateKey);
      lengths.add(signature.length);
      const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
      expect(verify('sha256', data, key, toJwsForm(signature))).toBe(true);
    }
    expect(lengths.size).toBeGreaterThan(2);
  });
});
