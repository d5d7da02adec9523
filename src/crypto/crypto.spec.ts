import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { BrokerError } from '../errors/broker-error.ts';
import { Keyring } from './keyring.ts';
import type { RowBinding } from './row-binding.ts';
import { RowMac } from './row-mac.ts';
import { SealedBox } from './sealed-box.ts';
import { digestOf, isSameSecret, isSecret, newSecret } from './secret.ts';

const binding: RowBinding = {
  table: 'oauth_session',
  column: 'sealed',
  id: 'row-1',
  facts: { did: 'did:plc:alice', kid: null },
};

const otherBindings: [string, RowBinding][] = [
  ['table', { ...binding, table: 'oauth_state' }],
  ['column', { ...binding, column: 'other' }],
  ['row', { ...binding, id: 'row-2' }],
  ['fact', { ...binding, facts: { did: 'did:plc:bob', kid: null } }],
  ['null for the text "null"', { ...binding, facts: { did: 'did:plc:alice', kid: 'null' } }],
  ['fewer facts', { ...binding, facts: { did: 'did:plc:alice' } }],
  ['shifted borders', { ...binding, table: 'oauth_sessionsealed', column: '' }],
];

const unreadable = expect.objectContaining({ code: 'SealedRowUnreadable' });

describe('sealed box', () => {
  const keyring = new Keyring([randomBytes(32)]);
  const box = new SealedBox(keyring);

  it('opens a sealed text with the facts in any order', () => {
    const sealed = box.seal('a refresh token, ünïcode', binding);
    expect(sealed).not.toContain('refresh');
    expect(box.open(sealed, { ...binding, facts: { kid: null, did: 'did:plc:alice' } })).toBe(
      'a refresh token, ünïcode',
    );
  });

  it('never seals the same text to the same bytes', () => {
    expect(box.seal('x', binding)).not.toBe(box.seal('x', binding));
  });

  it.each(otherBindings)('refuses another %s', (_, other) => {
    const sealed = box.seal('secret', binding);
    expect(() => box.open(sealed, other)).toThrow(unreadable);
  });

  it('refuses every changed character', () => {
    const sealed = box.seal('secret', binding);
    for (let index = 0; index < sealed.length - 1; index++) {
      const changed = sealed[index] === 'A' ? 'B' : 'A';
      const edited = sealed.slice(0, index) + changed + sealed.slice(index + 1);
      expect(() => box.open(edited, binding)).toThrow(unreadable);
    }
  });

  it.each([
    '',
    '1',
    '1.',
    '2.a.b',
    '1..',
    `1.${keyring.current.fingerprint}.`,
    `1.${keyring.current.fingerprint}.AAAA`,
  ])('refuses the malformed text %j', text => {
    expect(() => box.open(text, binding)).toThrow(unreadable);
  });

  it('opens with an older key of the ring and seals with the first', () => {
    const [older, newer] = [randomBytes(32), randomBytes(32)];
    const sealed = new SealedBox(new Keyring([older])).seal('secret', binding);
    const rotated = new SealedBox(new Keyring([newer, older]));
    expect(rotated.open(sealed, binding)).toBe('secret');
    expect(() => new SealedBox(new Keyring([newer])).open(sealed, binding)).toThrow(BrokerError);
    expect(() => new SealedBox(new Keyring([older])).open(rotated.seal('x', binding), binding)).toThrow(
      unreadable,
    );
  });
});

describe('row MAC', () => {
  const mac = new RowMac(new Keyring([randomBytes(32)]));

  it('accepts the row it signed', () => {
    expect(() => {
      mac.verify(mac.sign(binding), binding);
    }).not.toThrow();
  });

  it.each(otherBindings)('refuses another %s', (_, other) => {
    expect(() => {
      mac.verify(mac.sign(binding), other);
    }).toThrow(unreadable);
  });

  it('refuses an edited, an empty and a foreign MAC', () => {
    const foreign = new RowMac(new Keyring([randomBytes(32)])).sign(binding);
    const own = mac.sign(binding);
    for (const text of ['', foreign, own.slice(0, -2), `${own}A`]) {
      expect(() => {
        mac.verify(text, binding);
      }).toThrow(unreadable);
    }
  });
});

describe('secrets', () => {
  it('are 43 base64url characters and never repeat', () => {
    const secrets = Array.from({ length: 1000 }, newSecret);
    expect(new Set(secrets).size).toBe(1000);
    expect(secrets.every(isSecret)).toBe(true);
  });

  it('are recognised by form only', () => {
    expect(
      ['', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}+`, `${'a'.repeat(43)}\n`].some(isSecret),
    ).toBe(false);
  });

  it('are stored as the SHA-256 digest', () => {
    expect(digestOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('compare by value', () => {
    expect(isSameSecret('abc', 'abc')).toBe(true);
    expect(isSameSecret('abd', 'abc')).toBe(false);
    expect(isSameSecret('abcd', 'abc')).toBe(false);
  });
});
