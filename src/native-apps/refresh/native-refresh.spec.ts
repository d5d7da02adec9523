import { describe, expect, it } from '@jest/globals';
import { asId } from '../../../test/ids.ts';
import { findMismatch } from './native-refresh.ts';

describe('findMismatch', () => {
  const binding = { appId: asId('app'), issuer: 'https://a.example', jkt: 'jkt', kid: 'kid' };

  it('finds none if all is the same, or if the request names no key id', () => {
    expect(findMismatch(binding, binding)).toBeUndefined();
    expect(findMismatch(binding, { ...binding, kid: undefined })).toBeUndefined();
  });

  it.each(['appId', 'issuer', 'jkt', 'kid'] as const)('finds another %s', name => {
    expect(findMismatch(binding, { ...binding, [name]: 'another' })).toBe(name);
  });
});
