import { describe, expect, it } from '@jest/globals';
import { decideUse, findMismatch, type KnownToken, type NativeAttempt } from './native-refresh.ts';
import { asId } from '../../../test/ids.ts';

const LIFE_MS = 120_000;
const readAt = new Date('2026-11-20T18:00:00.000Z');

const at = (seconds: number): Date => new Date(readAt.getTime() + seconds * 1000);

function decide(
  attempt: Partial<NativeAttempt> | null,
  isOwnerGone = false,
  answered: KnownToken['answered'] = null,
) {
  const whole = attempt && { id: 'a', state: 'sent', owner: 'o', sentAt: null, ...attempt };
  return decideUse({ attempt: whole as NativeAttempt | null, answered, readAt }, isOwnerGone, LIFE_MS);
}

describe('decideUse', () => {
  it('gives the answer that is there, whatever else there is', () => {
    const answered = { answer: { status: 200, headers: {}, body: '{}' }, sent: { jti: 'j', nonce: null } };
    expect(decide({ state: 'sent' }, true, answered)).toEqual({ kind: 'answered', answered });
  });

  it.each<[string, Partial<NativeAttempt> | null, boolean, object]>([
    ['nobody uses it', null, false, { kind: 'free' }],
    ['it was sent, and its owner lives', { state: 'sent', sentAt: at(-9999) }, false, { kind: 'wait' }],
    [
      'it was just sent, and its owner is gone',
      { state: 'sent', sentAt: at(-20) },
      true,
      { kind: 'in-doubt', seconds: 100 },
    ],
    [
      'it was sent long ago, and its owner is gone',
      { state: 'sent', sentAt: at(-120) },
      true,
      { kind: 'take-over', attemptId: 'a' },
    ],
    [
      'its owner has no answer, too early',
      { state: 'in_doubt', sentAt: at(-119.5) },
      false,
      { kind: 'in-doubt', seconds: 1 },
    ],
    [
      'its owner has no answer, for long',
      { state: 'in_doubt', sentAt: at(-121) },
      false,
      { kind: 'take-over', attemptId: 'a' },
    ],
    [
      'nobody knows when it was sent',
      { state: 'in_doubt', sentAt: null },
      true,
      { kind: 'in-doubt', seconds: 120 },
    ],
  ])('knows what to do when %s', (_when, attempt, isOwnerGone, expected) => {
    expect(decide(attempt, isOwnerGone)).toEqual(expected);
  });
});

describe('findMismatch', () => {
  const binding = { appId: asId('app'), issuer: 'https://a.example', jkt: 'jkt', kid: 'kid' };

  it('finds none where all is the same, and where no key id is told', () => {
    expect(findMismatch(binding, binding)).toBeUndefined();
    expect(findMismatch(binding, { ...binding, kid: undefined })).toBeUndefined();
  });

  it.each(['appId', 'issuer', 'jkt', 'kid'] as const)('finds another %s', name => {
    expect(findMismatch(binding, { ...binding, [name]: 'another' })).toBe(name);
  });
});
