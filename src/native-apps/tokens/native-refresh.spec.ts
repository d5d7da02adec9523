import { describe, expect, it } from '@jest/globals';
import { asId } from '../../../test/ids.ts';
import { decideFinishedUse, findMismatch } from './native-refresh.ts';

const binding = { appId: asId('app'), issuer: 'https://a.example', jkt: 'jkt', kid: 'kid' };

describe('findMismatch', () => {
  it('finds none if all is the same, or if the request names no key id', () => {
    expect(findMismatch(binding, binding)).toBeUndefined();
    expect(findMismatch(binding, { ...binding, kid: undefined })).toBeUndefined();
  });

  it.each(['appId', 'issuer', 'jkt', 'kid'] as const)('finds another %s', name => {
    expect(findMismatch(binding, { ...binding, [name]: 'another' })).toBe(name);
  });
});

describe('decideFinishedUse', () => {
  const sentAt = new Date('2026-11-20T18:00:00.000Z');
  const attempts = [
    ['no attempt', null],
    ['a sent attempt', { id: asId('attempt'), state: 'sent', owner: 'another process', sentAt }],
    ['an attempt in doubt', { id: asId('attempt'), state: 'in_doubt', owner: 'another process', sentAt }],
  ] as const;
  const answered = {
    answer: { status: 200, headers: {}, body: '{}' },
    sent: { jti: 'digest of the jti', nonce: null },
  };

  it.each(attempts)('returns the stored answer of a token with %s', (_, attempt) => {
    expect(decideFinishedUse({ binding, attempt, answered }, binding)).toEqual({
      kind: 'answered',
      ...answered,
    });
  });

  it.each(attempts)('leaves a token without an answer and with %s to its attempt', (_, attempt) => {
    expect(decideFinishedUse({ binding, attempt, answered: null }, binding)).toBeUndefined();
  });

  it.each(attempts)('refuses another binding of a token with an answer and %s', (_, attempt) => {
    const requested = { ...binding, jkt: 'another' };
    expect(decideFinishedUse({ binding, attempt, answered }, requested)).toMatchObject({ kind: 'not-sent' });
  });
});
