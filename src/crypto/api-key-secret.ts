import { randomBytes } from 'node:crypto';

const PREFIX = 'ckapi_';
const START_LENGTH = 12;

/** Returns a new secret of an API key: `ckapi_` and 32 random bytes as 64 lowercase hex characters, 70 in all. */
export function newApiKeySecret(): string {
  return `${PREFIX}${randomBytes(32).toString('hex')}`;
}

/** Whether `text` has the form of a secret of {@link newApiKeySecret}. */
export function isApiKeySecret(text: string): boolean {
  return /^ckapi_[0-9a-f]{64}$/.test(text);
}

/** Whether `text` means to be a key's secret, well formed or not. */
export function claimsToBeApiKey(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Returns what is shown of a secret so that people tell their keys apart: its first 12 characters. */
export function startOf(secret: string): string {
  return secret.slice(0, START_LENGTH);
}
