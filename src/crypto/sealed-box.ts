import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring, KeyringKey } from './keyring.ts';
import { encodeBinding, type RowBinding } from './row-binding.ts';
import { unreadableRow } from './unreadable-row.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals texts for a row and opens them only in that row (AES-256-GCM, NIST SP 800-38D).
 *
 * A sealed text is `1.<key fingerprint>.<base64url of nonce, tag and ciphertext>`.
 */
export class SealedBox {
  constructor(private readonly keyring: Keyring) {}

  /** The fingerprint of the encryption key that seals now. */
  get fingerprint(): string {
    return this.keyring.current.fingerprint;
  }

  seal(text: string, binding: RowBinding): string {
    const { fingerprint, sealingKey } = this.keyring.current;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(encodeBinding(binding));
    const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `1.${fingerprint}.${Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url')}`;
  }

  /** @throws BrokerError `SealedRowUnreadable` if the key is unknown or the row is not the sealed one */
  open(sealed: string, binding: RowBinding): string {
    const [version, fingerprint, body] = sealed.split('.');
    const key = version === '1' && fingerprint ? this.keyring.find(fingerprint) : undefined;
    if (!key || !body) throw unreadableRow(binding, 'names an encryption key that this broker does not have');
    try {
      return decrypt(key, Buffer.from(body, 'base64url'), binding);
    } catch (cause) {
      throw unreadableRow(binding, 'was changed, or belongs to another row', cause);
    }
  }
}

function decrypt(key: KeyringKey, bytes: Buffer, binding: RowBinding): string {
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key.sealingKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(encodeBinding(binding));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}
