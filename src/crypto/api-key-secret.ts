import { randomBytes } from 'node:crypto';

const PREFIX = 'ckapi_';
const START_LENGTH = 12;

/** Returns a new secret of an API key: `ckapi_` and 32 random bytes as 64 lowercase hex characters, 70 in all. */
export function newApiKeySecret(): string {
  return `${PREFIX}${randomBytes(32).toString('hex')}`;
}

/** Returns whether `text` has the form of a secret of {@link newApiKeySecret}. */
export function isApiKeySecret(text: string): boolean {
  return /^ckapi_[0-9a-f]{64}$/.test(text);
}

/** Returns whether `text` has the prefix of an API key's secret, well formed or not. */
export function claimsToBeApiKey(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Returns the first 12 characters of a secret, which people see to tell their keys apart. */
export function startOf(secret: string): string {
  return secret.slice(0, START_LENGTH);
}
