import { createHash, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** An encryption key and the fingerprint of its bytes. Sealing and MACs use separate key material. */
export type KeyringKey = {
  readonly fingerprint: string;
  readonly sealingKey: KeyObject;
  readonly macKey: KeyObject;
};

/** The encryption keys of this broker. The first key seals, all keys open. */
export class Keyring {
  readonly #keys: ReadonlyMap<string, KeyringKey>;
  readonly current: KeyringKey;

  /** @param secrets 32 bytes each, at least one */
  constructor(secrets: readonly Buffer[]) {
    const keys = secrets.map(toKeyringKey);
    const [first] = keys;
    if (!first) throw new TypeError('A keyring needs at least one key.');
    this.current = first;
    this.#keys = new Map(keys.map(key => [key.fingerprint, key]));
  }

  get fingerprints(): string[] {
    return [...this.#keys.keys()];
  }

  find(fingerprint: string): KeyringKey | undefined {
    return this.#keys.get(fingerprint);
  }
}

/** Returns the fingerprint of an encryption key: the first 16 hex characters of a SHA-256 digest. */
function fingerprintOf(secret: Buffer): string {
  return createHash('sha256').update('latchkey encryption key').update(secret).digest('hex').slice(0, 16);
}

function toKeyringKey(secret: Buffer): KeyringKey {
  return {
    fingerprint: fingerprintOf(secret),
    sealingKey: derive(secret, 'seal'),
    macKey: derive(secret, 'mac'),
  };
}

/** Returns a key object (HKDF-SHA-256, RFC 5869). Node would create one from bytes at each use, which is slower. */
function derive(secret: Buffer, use: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `latchkey ${use}`, 32)));
}
