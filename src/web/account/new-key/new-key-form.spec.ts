import { describe, expect, it } from '@jest/globals';
import { accessOf, dateField, newKeyForm, offeredPermissions, toKeyRequestInput } from './new-key-form.ts';
import { groupPermissions } from './permission-groups.ts';

const did = 'did:plc:alice';
const now = new Date('2026-11-30T22:00:00.000Z');
const permissions = offeredPermissions([
  'atproto',
  'transition:generic',
  'repo:app.bsky.feed.post',
  'blob:image/*',
]);
const offer = { presets: ['post', 'all'] as const, permissions };

function inputOf(fields: object) {
  return toKeyRequestInput(newKeyForm.parse({ name: ' Bot ', ...fields }), did, offer, now);
}

describe('the form of a new key', () => {
  it.each([
    [{}, 'post'],
    [{ access: 'post', 'permission-1': 'yes' }, 'post'],
    [{ access: 'all' }, 'all'],
    [
      { access: 'choose', 'permission-3': 'yes', 'permission-2': 'yes' },
      'atproto repo:app.bsky.feed.post blob:image/*',
    ],
    [{ 'permission-1': 'yes' }, 'atproto transition:generic'],
    [
      { access: 'choose', 'permission-1': 'yes', 'permission-9': 'yes', 'permission-2': 'no', x: 'y' },
      'atproto transition:generic',
    ],
  ])('with %j requests %s', (fields, scope) => {
    expect(inputOf(fields)).toEqual({ identifier: did, name: 'Bot', scope, expiresInDays: 90 });
  });

  it.each([
    { access: 'choose' },
    { access: 'choose', 'permission-9': 'yes' },
    { access: 'choose', 'permission-0': 'yes' },
  ])('refuses a key that may do nothing: %j', fields => {
    expect(() => inputOf(fields)).toThrow('access must have at least one permission');
  });

  it('preselects the first preset that there is', () => {
    expect(accessOf({}, offer)).toBe('post');
    expect(accessOf({}, { ...offer, presets: ['all'] })).toBe('all');
    expect(accessOf({}, { ...offer, presets: [] })).toBe('choose');
  });

  it.each([
    [{}, 90],
    [{ ends: '30' }, 30],
    [{ ends: 'never' }, undefined],
    [{ ends: 'never', date: '2026-12-24' }, undefined],
    [{ ends: 'date', date: '2026-12-01' }, 1],
    [{ ends: 'date', date: '2026-12-24' }, 24],
    [{ ends: 'date', date: '2027-11-30' }, 365],
  ])('with %j the key lives for %p days', (fields, days) => {
    expect(inputOf(fields).expiresInDays).toBe(days);
  });

  it.each(['', '2026-11-30', '2026-11-29', '2027-12-01', '2027-02-30', 'tomorrow', '24.12.2026', undefined])(
    'refuses the day %p',
    date => {
      expect(() => inputOf({ ends: 'date', date })).toThrow('date must be a day within the next year');
    },
  );

  it.each([{ name: '' }, { name: 'x'.repeat(65) }, { name: 'a\u202Eb' }, { ends: '7' }, { access: 'x' }])(
    'refuses %j',
    fields => {
      expect(newKeyForm.safeParse({ name: 'Bot', ...fields }).success).toBe(false);
    },
  );

  it('offers the days that it accepts', () => {
    expect([dateField(now, 1), dateField(now, 365)]).toEqual(['2026-12-01', '2027-11-30']);
  });

  it('groups permissions by what they are about, each once', () => {
    const parts = [
      'transition:generic',
      'transition:email',
      'repo:com.example.note',
      'include:com.example.basics',
      'repo:*',
      'rpc:com.example.find?aud=*',
      'repo:app.bsky.graph.follow',
      'repo:app.bsky.feed.like',
      'repo?collection=app.bsky.feed.post&collection=com.example.note',
      'blob:image/*',
      'account:status?action=manage',
    ];
    const grouped = groupPermissions(offeredPermissions(['atproto', ...parts]));
    expect(grouped.map(([group, found]) => [group, ...found.map(({ scope }) => scope)])).toEqual([
      ['posts', parts[8], parts[9]],
      ['reactions', parts[7]],
      ['people', parts[6]],
      ['reading', parts[5]],
      ['records', parts[2], parts[3], parts[4]],
      ['account', parts[1], parts[10]],
      ['everything', parts[0]],
    ]);
  });
});
