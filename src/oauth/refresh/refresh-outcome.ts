import { z } from 'zod';
import { OutboundError } from '../../identity/outbound/outbound-error.ts';
import { readTokenAnswer, type RefreshedTokens } from './token-answer.ts';

/** The outcome of a refresh, by what was sent and by OAuth error code. Only `unknown` leaves the token in doubt. */
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
  /** The request was sent, and no readable response arrived. `unread`: a success in which no tokens were found. */
  | {
      readonly kind: 'unknown';
      readonly cause: unknown;
      readonly retryAfterSeconds?: number | undefined;
      readonly unread?: UnreadBody;
    };

/** The status and the body of a response, as far as it arrived. */
export type UnreadBody = {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: Uint8Array;
};

const errorResponse = z.object({ error: z.string() });

/**
 * Decides the outcome of a refresh from a response of the token endpoint (RFC 6749 sections 5.1 and 5.2).
 *
 * @param retryAfter the `Retry-After` header, or null
 */
export function decideRefreshOutcome(
  status: number,
  body: string,
  retryAfter: string | null,
): RefreshOutcome {
  if (status >= 200 && status < 300) return decideSuccess(status, body);
  if (status === 429)
    return { kind: 'refused', code: 'rate_limited', retryAfterSeconds: secondsOf(retryAfter) };
  const code = errorCodeOf(body);
  // A proxy in front of the issuer may send its own error after the issuer consumed the token.
  if (status === 408 || status >= 500 || code === undefined) {
    const cause = new Error(`The issuer answered ${status} without an OAuth error.`);
    return { kind: 'unknown', cause, retryAfterSeconds: secondsOf(retryAfter) };
  }
  if (code === 'use_dpop_nonce') return { kind: 'sign-again' };
  if (code === 'invalid_grant') return { kind: 'invalid-grant' };
  return { kind: 'refused', code, retryAfterSeconds: undefined };
}

/** Decides the outcome of a refresh whose request failed without a response. */
export function decideRefreshFailure(
  cause: unknown,
): Extract<RefreshOutcome, { kind: 'not-sent' | 'unknown' }> {
  return cause instanceof OutboundError && !cause.sent
    ? { kind: 'not-sent', cause }
    : { kind: 'unknown', cause };
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

/** Reads `Retry-After` (RFC 9110 section 10.2.3): seconds or an HTTP date. Returns undefined for anything else. */
function secondsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  if (/^\d{1,15}$/.test(retryAfter)) return Number(retryAfter);
  if (!retryAfter.endsWith(' GMT')) return undefined; // Date.parse accepts almost any text.
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
