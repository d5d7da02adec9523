import { describe, expect, it } from '@jest/globals';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import {
  type ApiKeyRow,
  decideSecret,
  findFreeSlot,
  graceEndOf,
  minuteOf,
  statusOf,
  toApiKey,
} from './api-key.ts';
import { asId } from '../../../test/ids.ts';

const now = new Date('2026-11-20T18:30:40.500Z');
const past = '2026-11-20T18:30:40.499Z';
const present = toTimestamp(now);
const future = '2026-11-20T18:30:40.501Z';

function keyWith(change: Partial<ApiKeyRow> = {}) {
  return toApiKey({
    id: asId('id'),
    did: 'did:plc:alice',
    session_id: asId('session'),
    name: 'a bot',
    scope: 'atproto',
    start: 'ckapi_000000',
    digest: 'current',
    previous_digest: null,
    previous_until: null,
    slot: 1,
    created_at: past,
    expires_at: null,
    revoked_at: null,
    last_used_at: null,
    last_used_client: null,
    last_used_network: null,
    mac: 'mac',
    ...change,
  });
}

describe('decideSecret', () => {
  const inGrace = { previous_digest: 'previous', previous_until: future } as const;
  it.each<[string, Partial<ApiKeyRow>, string, string]>([
    ['a key without an end', {}, 'current', 'accepted'],
    ['a key before its end', { expires_at: future }, 'current', 'accepted'],
    ['a key at its end', { expires_at: present }, 'current', 'expired'],
    ['a revoked key', { revoked_at: past }, 'current', 'revoked'],
    ['a key revoked before its end', { revoked_at: past, expires_at: present }, 'current', 'revoked'],
    ['a key marked at its end', { revoked_at: past, expires_at: past }, 'current', 'expired'],
    ['the new secret in the grace', inGrace, 'current', 'accepted'],
    ['the old secret in the grace', inGrace, 'previous', 'accepted'],
    ['the old secret at its end', { ...inGrace, previous_until: present }, 'previous', 'rotated'],
    ['the old secret of a revoked key', { ...inGrace, revoked_at: past }, 'previous', 'revoked'],
    ['the old secret of an expired key', { ...inGrace, expires_at: past }, 'previous', 'expired'],
    ['another secret', inGrace, 'other', 'rotated'],
  ])('finds %s', (_, change, digest, verdict) => {
    expect(decideSecret(keyWith(change), digest, now)).toBe(verdict);
  });
});

describe('statusOf', () => {
  it.each([
    ['active', {}, 'active'],
    ['needs_reauth', {}, 'needs_reauth'],
    ['revoking', {}, 'revoked'],
    ['revoked', {}, 'revoked'],
    ['needs_reauth', { revoked_at: past }, 'revoked'],
    ['active', { expires_at: present }, 'expired'],
    ['revoked', { expires_at: past, revoked_at: past }, 'expired'],
    ['revoked', { expires_at: future, revoked_at: past }, 'revoked'],
  ] as const)('with a session that is %s and %j is %s', (session, change, status) => {
    expect(statusOf(keyWith(change), session, now)).toBe(status);
  });
});

describe('graceEndOf', () => {
  it.each([
    [{}, 60, '2026-11-20T18:31:40.500Z'],
    [{ expires_at: '2026-11-20T18:31:00.000Z' }, 60, '2026-11-20T18:31:00.000Z'],
    [{ expires_at: '2026-11-20T19:00:00.000Z' }, 60, '2026-11-20T18:31:40.500Z'],
  ] as const)('of %j in %i s is %s', (change, seconds, end) => {
    expect(graceEndOf(keyWith(change), seconds, now).toISOString()).toBe(end);
  });
});

describe('minuteOf', () => {
  it('leaves the seconds out', () => {
    expect(minuteOf(now).toISOString()).toBe('2026-11-20T18:30:00.000Z');
  });
});

describe('findFreeSlot', () => {
  it.each([
    [[], 3, 1],
    [[1, 2], 3, 3],
    [[3, 1], 3, 2],
    [[1, 2, 3], 3, undefined],
    [[7, 8], 3, 1],
    [[7, 8, 9], 3, undefined],
    [[7, 8, 9, 10], 3, undefined],
  ])('beside %j of %i is %s', (occupied, most, slot) => {
    expect(findFreeSlot(occupied, most)).toBe(slot);
  });
});
