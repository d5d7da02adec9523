import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Keyring, KeyringKey } from './keyring.ts';
import { encodeBinding, type RowBinding } from './row-binding.ts';
import { unreadableRow } from './unreadable-row.ts';

/**
 * Authenticates rows that hold no sealed secret (HMAC-SHA-256, RFC 2104), so that an edited or copied row is refused.
 *
 * A MAC is `1.<key fingerprint>.<base64url>`.
 */
export class RowMac {
  constructor(private readonly keyring: Keyring) {}

  sign(binding: RowBinding): string {
    return sign(this.keyring.current, binding);
  }

  /** @throws BrokerError `SealedRowUnreadable` if the key is unknown or the row is not the signed one */
  verify(mac: string, binding: RowBinding): void {
    if (!this.isValid(mac, binding)) throw unreadableRow(binding, 'does not match the row');
  }

  /** Returns whether the key is known and the row is the signed one. */
  isValid(mac: string, binding: RowBinding): boolean {
    const key = this.keyring.find(mac.split('.')[1] ?? '');
    return key !== undefined && isSame(Buffer.from(mac), Buffer.from(sign(key, binding)));
  }
}

function sign({ fingerprint, macKey }: KeyringKey, binding: RowBinding): string {
  const mac = createHmac('sha256', macKey).update(encodeBinding(binding)).digest('base64url');
  return `1.${fingerprint}.${mac}`;
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
