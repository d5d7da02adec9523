import { describe, expect, it } from '@jest/globals';
import { newClaimCode, normalizeClaimCode } from './claim-code.ts';

describe('a claim code', () => {
  it('is eight unambiguous random characters', () => {
    const codes = Array.from({ length: 500 }, newClaimCode);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(new Set(codes).size).toBe(codes.length);
    expect(new Set(codes.join('')).size).toBe(33);
  });

  it.each([
    ['7K2M-0A1X', '7K2M0A1X'],
    [' 7k2m 0a1x\n', '7K2M0A1X'],
    ['7K2MOAIX', '7K2M0A1X'],
    ['7k2m-oalx', '7K2M0A1X'],
    ['', ''],
  ])('typed as %j is compared as %s', (typed, meant) => {
    expect(normalizeClaimCode(typed)).toBe(meant);
  });
});
