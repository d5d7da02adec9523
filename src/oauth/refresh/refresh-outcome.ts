import { z } from 'zod';
import { OutboundError } from '../../identity/outbound/outbound-error.ts';
import { readChallenges } from '../dpop/challenges.ts';
import { retryAfterSecondsOf } from '../issuers/retry-after.ts';
import { readTokenAnswer, type RefreshedTokens } from './token-answer.ts';

/** The outcome of a refresh, by what was sent, by status and by OAuth error code. */
export type RefreshOutcome =
  | { readonly kind: 'refreshed'; readonly tokens: RefreshedTokens }
  /** The issuer requires another nonce, or its clock differs from the one we signed with: sign again. */
  | { readonly kind: 'sign-again' }
  /** Nothing was written to a socket. */
  | { readonly kind: 'not-sent'; readonly cause: unknown }
  /** The issuer refused before it read the refresh token. */
  | { readonly kind: 'refused'; readonly code: string; readonly retryAfterSeconds: number | undefined }
  /** The issuer reports that the grant has ended, which alone does not prove it. */
  | { readonly kind: 'invalid-grant' }
  | Rejection
  /** The issuer has ended the request without tokens. Nobody can receive another response to it. */
  | { readonly kind: 'no-tokens'; readonly cause: Error; readonly retryAfterSeconds: number | undefined }
  /**
   * The request was sent, and the response does not tell what became of it: it is incomplete, or a server behind the one
   * that responded may still accept the request. Only this leaves the token in doubt.
   */
  | {
      readonly kind: 'unknown';
      readonly cause: unknown;
      readonly retryAfterSeconds?: number | undefined;
      /** A success in which no tokens were found. */
      readonly unread?: UnreadBody;
    };

/** The status and the body of a response, as far as it arrived. */
export type UnreadBody = {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: Uint8Array;
};

/** A refusal in words that OAuth does not define for one, which some issuers use when a grant has ended. */
export type Rejection = {
  readonly kind: 'rejected';
  /** The words or the status, for the log. */
  readonly words: string;
  /** True if the token endpoint itself responded, and not a server in front of it. */
  readonly isOfEndpoint: boolean;
  /** Whether a request without a token can tell that. A filter may refuse only requests with one. */
  readonly canBeChecked: boolean;
};

/** The headers of a response that matter here, in lower case. */
export type RefreshHeaders = Readonly<
  Partial<Record<'retry-after' | 'www-authenticate' | 'dpop-nonce', string>>
>;

/** Codes that concern the request, the client or the server, and not the grant. */
const BEFORE_THE_TOKEN = new Set([
  'invalid_client',
  'invalid_client_id',
  'invalid_client_metadata',
  'invalid_dpop_proof',
  'invalid_redirect_uri',
  'server_error',
  'slow_down',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_grant_type',
]);

/** Codes that only a token endpoint uses (RFC 6749 section 5.2). A proxy and an XRPC server have other words. */
const OF_TOKEN_ENDPOINTS = new Set(['invalid_grant', 'invalid_request', 'invalid_scope', 'use_dpop_nonce']);

/**
 * Statuses of a refusal. Every other 4xx tells that the request went to the wrong place or in the wrong form (404, 405,
 * 413, 421 ...), as behind a misconfigured proxy.
 */
const REFUSALS = new Set([400, 401, 403, 410, 422]);

/** Statuses of a server that has given up. After any other, a server behind it may still accept the request. */
const ENDED = new Set([500, 503]);

const LONGEST_WORDS = 100;

const errorResponse = z.object({ error: z.string() });

/** Decides the outcome of a refresh from a response of the token endpoint (RFC 6749 sections 5.1 and 5.2). */
export function decideRefreshOutcome(status: number, body: string, headers: RefreshHeaders): RefreshOutcome {
  if (status >= 200 && status < 300) return decideSuccess(status, body);
  const retryAfterSeconds = retryAfterSecondsOf(headers['retry-after']);
  if (status === 429) return { kind: 'refused', code: 'rate_limited', retryAfterSeconds };
  const code = errorCodeOf(body) ?? challengedCode(headers);
  const isRefusal = status >= 400 && status < 500 && status !== 408;
  if (isRefusal && code === 'use_dpop_nonce') return { kind: 'sign-again' };
  if (isRefusal && code === 'invalid_grant') return { kind: 'invalid-grant' };
  if (isRefusal && code !== undefined && BEFORE_THE_TOKEN.has(code))
    return { kind: 'refused', code, retryAfterSeconds };
  if (REFUSALS.has(status)) return decideRejection(status, code, headers);
  const cause = new Error(`The issuer answered ${status} without tokens.`);
  return { kind: ENDED.has(status) ? 'no-tokens' : 'unknown', cause, retryAfterSeconds };
}

/** Decides the outcome of a refresh whose request failed without a readable response. */
export function decideRefreshFailure(
  cause: unknown,
): Extract<RefreshOutcome, { kind: 'not-sent' | 'unknown' }> {
  const isUnsent = cause instanceof OutboundError && !cause.sent;
  return { kind: isUnsent ? 'not-sent' : 'unknown', cause };
}

/** Returns whether a response can only be a token endpoint's. */
export function isOfTokenEndpoint(body: string, headers: RefreshHeaders): boolean {
  const code = errorCodeOf(body) ?? challengedCode(headers) ?? '';
  return headers['dpop-nonce'] !== undefined || OF_TOKEN_ENDPOINTS.has(code) || BEFORE_THE_TOKEN.has(code);
}

function decideRejection(status: number, code: string | undefined, headers: RefreshHeaders): Rejection {
  return {
    kind: 'rejected',
    words: (code ?? `status ${status}`).slice(0, LONGEST_WORDS),
    isOfEndpoint: headers['dpop-nonce'] !== undefined || OF_TOKEN_ENDPOINTS.has(code ?? ''),
    canBeChecked: status !== 403,
  };
}

/** Some issuers tell the error in a challenge alone (RFC 9449 section 7.1). */
function challengedCode(headers: RefreshHeaders): string | undefined {
  const challenges = readChallenges(headers['www-authenticate']);
  return challenges.find(({ parameters }) => parameters.has('error'))?.parameters.get('error');
}

function decideSuccess(status: number, body: string): RefreshOutcome {
  const tokens = readTokenAnswer(body);
  return tokens
    ? { kind: 'refreshed', tokens }
    : { kind: 'unknown', cause: new Error(`The issuer answered ${status} without a token set.`) };
}

function errorCodeOf(body: string): string | undefined {
  return errorResponse.safeParse(parseJson(body)).data?.error;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // Undefined fails the schema, as every unexpected body does.
  }
}
