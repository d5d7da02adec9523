import { lifetimeSecondsOf, readTokenMembers, scopeOf, tokenOf } from '../issuers/token-members.ts';

/** The optional members of a token set that the broker reads. */
type Member = 'refresh_token' | 'expires_in' | 'scope' | 'token_type' | 'sub';

/** The token set in the answer to a refresh. Everything in it can be stored. */
export type RefreshedTokens = {
  readonly accessToken: string;
  /** Null keeps the refresh token that was sent (RFC 6749 section 6). */
  readonly refreshToken: string | null;
  /** Lifetime in seconds, from 1 min to 1 year. */
  readonly expiresInSeconds: number;
  /** Null keeps the stored scope. */
  readonly scope: string | null;
  /** False if the tokens are for another scheme than DPoP, or cannot be sent in a header. */
  readonly isUsable: boolean;
  /** The account in the answer. Null if it names none, and empty if it names it in no readable way. */
  readonly sub: string | null;
  /** The members that were present and could not be taken as they were. */
  readonly odd: readonly Member[];
};

/** The characters of an access token (RFC 6749 appendix A.12). Others cannot stand in a header. */
const SENDABLE = /^[\x20-\x7e]+$/;

/** A DID has at most 2,048 characters. */
const LONGEST_SUB = 2_048;

/**
 * Reads the body of a 2xx of a token endpoint (RFC 6749 section 5.1). A JSON object with a non-empty `access_token` is a
 * token set, whatever else it says: each other member is optional, and an odd one counts as absent.
 *
 * @returns undefined if the body is no token set
 */
export function readTokenAnswer(body: string): RefreshedTokens | undefined {
  const members = readTokenMembers(body);
  if (!members) return undefined;
  const { access_token, refresh_token, expires_in, scope, token_type, sub } = members;
  const accessToken = tokenOf(access_token) ?? '';
  const isDpop =
    isAbsent(token_type) || (typeof token_type === 'string' && /^DPoP$/i.test(token_type.trim()));
  const read = {
    refreshToken: tokenOf(refresh_token),
    expiresInSeconds: lifetimeSecondsOf(expires_in),
    scope: scopeOf(scope),
    sub: subOf(sub),
  };
  const odd: Member[] = [];
  if (!isAbsent(refresh_token) && read.refreshToken === null) odd.push('refresh_token');
  if (!isAbsent(expires_in) && read.expiresInSeconds !== expires_in) odd.push('expires_in');
  if (!isAbsent(scope) && read.scope === null) odd.push('scope');
  if (!isDpop) odd.push('token_type');
  if (read.sub === '') odd.push('sub');
  return { accessToken, ...read, isUsable: isDpop && SENDABLE.test(accessToken), odd };
}

/** Returns the refresh token in the body of a 2xx as the issuer wrote it, or null. */
export function findIssuedRefreshToken(body: string): string | null {
  const token = readTokenMembers(body)?.refresh_token;
  return typeof token === 'string' && token !== '' ? token : null;
}

function subOf(sub: unknown): string | null {
  if (isAbsent(sub)) return null;
  return typeof sub === 'string' && sub.length <= LONGEST_SUB && sub.isWellFormed() ? sub : '';
}

function isAbsent(member: unknown): member is undefined | null {
  return member === undefined || member === null;
}
