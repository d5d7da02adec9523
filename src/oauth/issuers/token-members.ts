import { isStorableText } from '../../database/tables/stored-text.ts';

const MINUTE_SECONDS = 60;

/** For a token without a plausible `expires_in`, which is optional (RFC 6749 section 5.1). */
const UNTOLD_LIFETIME_SECONDS = 5 * MINUTE_SECONDS;

const SHORTEST_LIFETIME_SECONDS = MINUTE_SECONDS;
const LONGEST_LIFETIME_SECONDS = 365 * 24 * 60 * MINUTE_SECONDS;

const NUMERIC_TEXT = /^\d{1,30}(\.\d{1,30})?$/;

/** In UTF-16 code units. The longest known tokens and scopes have a few kilobytes. */
const LONGEST_TOKEN = 128 * 1024;
const LONGEST_SCOPE = 32 * 1024;

/**
 * Reads `expires_in`, a number or numeric text. Returns seconds from 1 min to 1 year, and 5 min for anything that is not
 * finite and positive.
 */
export function lifetimeSecondsOf(expiresIn: unknown): number {
  const seconds =
    typeof expiresIn === 'string' && NUMERIC_TEXT.test(expiresIn) ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0)
    return UNTOLD_LIFETIME_SECONDS;
  return Math.min(Math.max(seconds, SHORTEST_LIFETIME_SECONDS), LONGEST_LIFETIME_SECONDS);
}

/** Returns a granted scope that can be stored, or null. An empty scope says nothing (RFC 6749 section 3.3). */
export function scopeOf(scope: unknown): string | null {
  return typeof scope === 'string' && scope !== '' && isStorableText(scope, LONGEST_SCOPE) ? scope : null;
}

/** Returns a token that can be kept and sent in a form, or null. */
export function tokenOf(token: unknown): string | null {
  return typeof token === 'string' && token !== '' && isStorableText(token, LONGEST_TOKEN) ? token : null;
}

/**
 * Returns the members of a token set as the issuer wrote them: a JSON object with a non-empty `access_token`. Returns
 * undefined for any other body.
 */
export function readTokenMembers(body: string): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const members = value as Readonly<Record<string, unknown>>;
  return typeof members.access_token === 'string' && members.access_token !== '' ? members : undefined;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\ufeff/, ''));
  } catch {
    return undefined; // No token set, as every other unexpected body.
  }
}
