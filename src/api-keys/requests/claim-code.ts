import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no letters that are taken for digits, and no U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 8;

/** Returns a new claim code: 40 random bits as 8 characters, `XXXX-XXXX`, which a person can read out and type. */
export function newClaimCode(): string {
  const characters = [...randomBytes(LENGTH)].map(byte => ALPHABET.charAt(byte % ALPHABET.length)).join('');
  return `${characters.slice(0, LENGTH / 2)}-${characters.slice(LENGTH / 2)}`;
}

/** Returns a code as it is compared: without case, hyphens and blanks, and with digits for the letters that look like them. */
export function normalizeClaimCode(text: string): string {
  return text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}
