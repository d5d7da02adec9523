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
  return WORDS.get(errorOf(text));
}

/** The words by which a PDS says that it does not serve an account, at least not now. */
const ABSENCES: ReadonlySet<unknown> = new Set([
  'AccountDeactivated',
  'AccountNotFound',
  'AccountTakedown',
  'RepoDeactivated',
  'RepoNotFound',
  'RepoTakendown',
]);

/** The statuses of a server that serves no accounts any more, whatever its body says. */
const GONE: readonly number[] = [404, 410];

/**
 * Returns whether an error response may mean that the account is not there. It may also concern another account or
 * another thing, so it is a reason to look, and proves nothing.
 */
export function hintsAtAbsence(status: number, text: string | undefined): boolean {
  return GONE.includes(status) || (text !== undefined && ABSENCES.has(errorOf(text)));
}

/** Returns the `error` of a JSON object, undefined for everything else. */
function errorOf(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return (JSON.parse(text) as { error?: unknown }).error;
  } catch {
    return undefined; // Not JSON, so no error of XRPC.
  }
}
