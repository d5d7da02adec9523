import { describe, expect, it } from '@jest/globals';
import { claimsToBeApiKey, isApiKeySecret, newApiKeySecret, startOf } from './api-key-secret.ts';

const hex = '0123456789abcdef'.repeat(4);

describe('the secret of an API key', () => {
  it('is ckapi_ and 64 lowercase hex characters, and never repeats', () => {
    const secrets = Array.from({ length: 1000 }, newApiKeySecret);
    expect(new Set(secrets).size).toBe(1000);
    for (const secret of secrets) expect([secret.length, isApiKeySecret(secret)]).toEqual([70, true]);
  });

  it('is found by the expression that SECURITY.md gives to scanners', () => {
    expect(`KEY=${newApiKeySecret()};`).toMatch(/\bckapi_[0-9a-f]{64}\b/);
  });

  it.each([
    ['nothing', ''],
    ['the prefix alone', 'ckapi_'],
    ['no prefix', hex],
    ['a character less', `ckapi_${hex.slice(1)}`],
    ['a character more', `ckapi_${hex}0`],
    ['upper case', `ckapi_${hex.toUpperCase()}`],
    ['another prefix', `cktmp_${hex}`],
    ['text that is not hex', `ckapi_${'g'.repeat(64)}`],
    ['a line break behind it', `ckapi_${hex}\n`],
    ['something before it', ` ckapi_${hex}`],
  ])('is not %s', (_, text) => {
    expect(isApiKeySecret(text)).toBe(false);
  });

  it('is recognized by its prefix, well formed or not', () => {
    expect(['ckapi_', `ckapi_${hex}`, 'ckapi_x'].map(claimsToBeApiKey)).toEqual([true, true, true]);
    expect(['', hex, 'cktmp_x', 'Xckapi_'].map(claimsToBeApiKey)).toEqual([false, false, false, false]);
  });

  it('is shown by its first 12 characters', () => {
    expect(startOf(`ckapi_${hex}`)).toBe('ckapi_012345');
  });
});
