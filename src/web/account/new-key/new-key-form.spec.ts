import { describe, expect, it } from '@jest/globals';
import { newKeyForm, toKeyRequestInput } from './new-key-form.ts';

const did = 'did:plc:alice';
const permissions = ['atproto', 'transition:generic', 'transition:email'];

describe('the form of a new key', () => {
  it('asks for what is ticked, and always for what everything begins with', () => {
    const form = newKeyForm.parse({ name: ' Bot ', ends: '30', 'permission-2': 'yes' });
    expect(toKeyRequestInput(form, did, permissions)).toEqual({
      identifier: did,
      name: 'Bot',
      scope: 'atproto transition:email',
      expiresInDays: 30,
    });
  });

  it('makes a key that ends when it is revoked only where that is chosen', () => {
    const asked = (fields: object) =>
      toKeyRequestInput(newKeyForm.parse({ name: 'Bot', ...fields }), did, permissions).expiresInDays;
    expect([asked({}), asked({ ends: 'never' })]).toEqual([90, undefined]);
  });

  it('names no permission that is not there, whatever is sent', () => {
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
