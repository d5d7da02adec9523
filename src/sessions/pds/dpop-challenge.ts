/**
 * Returns the error of a PDS's DPoP challenge (RFC 9449 sections 7.1 and 9), or undefined if the response has none. A 401
 * without a challenge says nothing about the token.
 */
export function readDpopChallenge(
  status: number,
  wwwAuthenticate: string | string[] | undefined,
): string | undefined {
  if (status !== 401 || wwwAuthenticate === undefined) return undefined;
  return /\bDPoP\b.*?\berror="([^"]*)"/i.exec(wwwAuthenticate.toString())?.[1];
}
