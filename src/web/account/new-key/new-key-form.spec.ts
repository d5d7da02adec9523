import { describe, expect, it } from '@jest/globals';
import { newKeyForm, toKeyRequestInput } from './new-key-form.ts';

const did = 'did:plc:alice';
const permissions = ['atproto', 'transition:generic', 'transition:email'];

describe('the form of a new key', () => {
  it('requests the ticked permissions, and always atproto', () => {
    const form = newKeyForm.parse({ name: ' Bot ', ends: '30', 'permission-2': 'yes' });
    expect(toKeyRequestInput(form, did, permissions)).toEqual({
      identifier: did,
      name: 'Bot',
      scope: 'atproto transition:email',
      expiresInDays: 30,
    });
  });

  it('makes a key without an end only if that is chosen', () => {
    const daysOf = (fields: object) =>
      toKeyRequestInput(newKeyForm.parse({ name: 'Bot', ...fields }), did, permissions).expiresInDays;
    expect([daysOf({}), daysOf({ ends: 'never' })]).toEqual([90, undefined]);
  });

  it('ignores fields of unknown permissions', () => {
    const form = newKeyForm.parse({ name: 'Bot', 'permission-9': 'yes', 'permission-1': 'no', x: 'y' });
    expect(toKeyRequestInput(form, did, permissions).scope).toBe('atproto');
  });

  it.each([{}, { name: '' }, { name: 'x'.repeat(65) }, { name: 'a\u202Eb' }, { name: 'Bot', ends: '7' }])(
    'refuses %j',
    fields => {
      expect(newKeyForm.safeParse(fields).success).toBe(false);
    },
  );
});
