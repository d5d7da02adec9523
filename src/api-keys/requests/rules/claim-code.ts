import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no letters that look like digits, and no U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 8;

/** Returns a new claim code: 40 random bits as 8 characters, `XXXX-XXXX`, easy to read aloud and to type. */
export function newClaimCode(): string {
  const characters = [...randomBytes(LENGTH)].map(byte => ALPHABET.charAt(byte % ALPHABET.length)).join('');
  return `${characters.slice(0, LENGTH / 2)}-${characters.slice(LENGTH / 2)}`;
}

/** Returns a code in its normal form: upper case, no hyphens or blanks, digits for the letters that look like them. */
export function normalizeClaimCode(text: string): string {
  return text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}
