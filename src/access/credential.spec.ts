import { describe, expect, it } from '@jest/globals';
import { findCredential } from './credential.ts';

describe('findCredential', () => {
  it.each([
    ['Bearer abc', { carrier: 'bearer', value: 'abc' }],
    ['bearer  abc', { carrier: 'bearer', value: 'abc' }],
    ['Basic abc', { carrier: 'malformed' }],
    ['Bearer', { carrier: 'malformed' }],
    ['Bearer ', { carrier: 'malformed' }],
    ['Bearer a b', { carrier: 'malformed' }],
    ['', { carrier: 'malformed' }],
  ])('lets the header %j win over a cookie', (header, credential) => {
    expect(findCredential(header, 'cookie')).toEqual(credential);
  });

  it('takes the cookie when there is no header', () => {
    expect(findCredential(undefined, 'value')).toEqual({ carrier: 'cookie', value: 'value' });
    expect(findCredential(undefined, undefined)).toBeUndefined();
  });
});
