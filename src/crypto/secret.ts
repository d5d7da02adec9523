import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Returns a new opaque secret: 32 random bytes as 43 base64url characters. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Returns whether `text` has the form of a secret of {@link newSecret}. */
export function isSecret(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** Returns the SHA-256 digest of a secret as 64 hex characters. The broker stores it instead of the secret. */
export function digestOf(secret: string): string {
  return hash('sha256', secret);
}

/** Returns whether `text` is `secret`. Compares in constant time, for any lengths. */
export function isSameSecret(text: string, secret: string): boolean {
  return timingSafeEqual(sha256(text), sha256(secret));
}

/** Returns whether `text` has this digest of {@link digestOf}. Compares in constant time. */
export function hasDigest(text: string, digest: string): boolean {
  return isSameSecret(digestOf(text), digest);
}

function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
