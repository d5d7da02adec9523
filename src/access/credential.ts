/** The cookies that are credentials: an account's, and the operator's. */
export type CredentialCookie = 'cookie' | 'operator-cookie';

export type Carrier = CredentialCookie | 'bearer';

/** The credential that a caller presents. */
export type Credential =
  { readonly carrier: Carrier; readonly value: string } | { readonly carrier: 'malformed' };

/**
 * Finds the credential of a request. An `Authorization` header always wins over a cookie, even a malformed one: a
 * caller with a token must never act as the browser's account by mistake.
 */
export function findCredential(
  authorization: string | undefined,
  cookie: string | undefined,
  carrier: CredentialCookie = 'cookie',
): Credential | undefined {
  if (authorization !== undefined) return parseAuthorization(authorization);
  return cookie === undefined ? undefined : { carrier, value: cookie };
}

/** RFC 6750 section 2.1: the scheme is compared without regard to case. */
function parseAuthorization(header: string): Credential {
  const value = /^Bearer +([\x21-\x7e]+)$/i.exec(header)?.[1];
  return value === undefined ? { carrier: 'malformed' } : { carrier: 'bearer', value };
}
