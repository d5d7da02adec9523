import { readChallenges } from '../../oauth/dpop/challenges.ts';

/** What a PDS has against the token or the proof of a request. It did not carry out such a request. */
export type TokenProblem = 'invalid_token' | 'use_dpop_nonce' | 'invalid_dpop_proof';

/** The words for a problem, in challenges and in bodies. `ExpiredToken` is XRPC's. */
const WORDS: ReadonlyMap<unknown, TokenProblem> = new Map([
  ['invalid_token', 'invalid_token'],
  ['ExpiredToken', 'invalid_token'],
  ['use_dpop_nonce', 'use_dpop_nonce'],
  ['invalid_dpop_proof', 'invalid_dpop_proof'],
]);

/** The schemes whose challenges concern the access token (RFC 6750 section 3, RFC 9449 section 7.1). */
const SCHEMES = new Set(['dpop', 'bearer']);

/** Returns whether a response with this status may tell a token problem. Some PDSes tell it with 400. */
export function mayTellProblem(status: number): boolean {
  return status === 401 || status === 400;
}

/** Returns the problem that a challenge tells. A challenge without an error tells nothing about the token. */
export function problemOfChallenge(wwwAuthenticate: string | string[] | undefined): TokenProblem | undefined {
  for (const { scheme, parameters } of readChallenges(wwwAuthenticate)) {
    const problem = SCHEMES.has(scheme) ? WORDS.get(parameters.get('error')) : undefined;
    if (problem) return problem;
  }
  return undefined;
}

/** Returns the problem that the JSON body of an error response tells. */
export function problemOfBody(text: string): TokenProblem | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return WORDS.get((JSON.parse(text) as { error?: unknown }).error);
  } catch {
    return undefined; // Not JSON, so not about the token.
  }
}
