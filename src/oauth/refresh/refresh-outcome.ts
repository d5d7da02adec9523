import { z } from 'zod';
import { OutboundError } from '../../identity/outbound/outbound-error.ts';

/** The token set of a refresh's answer. */
export type RefreshedTokens = {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** Seconds, as the issuer tells them. */
  readonly expiresInSeconds: number | undefined;
  readonly scope: string | undefined;
};

/** How a refresh ended, by what was sent and by OAuth error code. Only `unknown` leaves the token in doubt. */
export type RefreshOutcome =
  | { readonly kind: 'refreshed'; readonly tokens: RefreshedTokens }
  /** The issuer wants another nonce, or judges by another clock than we signed by: sign again. */
  | { readonly kind: 'sign-again' }
  /** Nothing was written to a socket. */
  | { readonly kind: 'not-sent'; readonly cause: unknown }
  /** The issuer refused before it looked at the refresh token. */
  | { readonly kind: 'refused'; readonly code: string; readonly retryAfterSeconds: number | undefined }
  /** The issuer says that the grant is over; which alone does not prove it. */
  | { readonly kind: 'invalid-grant' }
  /** It was sent, and there is no readable answer. */
  | { readonly kind: 'unknown'; readonly cause: unknown; readonly retryAfterSeconds?: number | undefined };

const tokenResponse = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^DPoP$/i),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number().positive().optional(),
  scope: z.string().optional(),
});

const errorResponse = z.object({ error: z.string() });

/** Judges an answer of the token endpoint (RFC 6749 sections 5.1 and 5.2). */
export function decideAnswer(status: number, body: string, retryAfter: string | null): RefreshOutcome {
  if (status === 200) return decideSuccess(body);
  if (status === 429)
    return { kind: 'refused', code: 'rate_limited', retryAfterSeconds: secondsOf(retryAfter) };
  const code = errorCodeOf(body);
  // Whoever stands before the issuer may answer with an error of its own after the issuer consumed the token.
  if (status === 408 || status >= 500 || code === undefined) {
    const cause = new Error(`The issuer answered ${status} without an OAuth error.`);
    return { kind: 'unknown', cause, retryAfterSeconds: secondsOf(retryAfter) };
  }
  if (code === 'use_dpop_nonce') return { kind: 'sign-again' };
  if (code === 'invalid_grant') return { kind: 'invalid-grant' };
  return { kind: 'refused', code, retryAfterSeconds: undefined };
}

/** Judges a call that ended without an answer. */
export function decideFailure(cause: unknown): RefreshOutcome {
  return cause instanceof OutboundError && !cause.sent
    ? { kind: 'not-sent', cause }
    : { kind: 'unknown', cause };
}

function decideSuccess(body: string): RefreshOutcome {
  const parsed = tokenResponse.safeParse(parseJson(body));
  if (!parsed.success)
    return { kind: 'unknown', cause: new Error('The issuer answered 200 without a token set.') };
  const { access_token, refresh_token = null, expires_in, scope } = parsed.data;
  const tokens = {
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresInSeconds: expires_in,
    scope,
  };
  return { kind: 'refreshed', tokens };
}

function errorCodeOf(body: string): string | undefined {
  return errorResponse.safeParse(parseJson(body)).data?.error;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // Not JSON is an answer like any other: it fails the schema.
  }
}

/** RFC 9110 section 10.2.3: seconds, or an HTTP date; anything else says nothing. */
function secondsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  if (/^\d{1,15}$/.test(retryAfter)) return Number(retryAfter);
  if (!retryAfter.endsWith(' GMT')) return undefined; // Date.parse makes a date of almost anything.
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
