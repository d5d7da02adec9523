import type { BrokerError } from '../../errors/broker-error.ts';
import type { ErrorCode } from '../../errors/error-code.ts';
import { type ErrorResponse, toErrorResponse } from './error-response.ts';

/** The response of an OAuth endpoint to an error (RFC 6749 section 5.2). */
export type OAuthErrorResponse = Pick<ErrorResponse, 'status' | 'headers'> & {
  readonly body: { readonly error: string; readonly error_description: string };
};

const OAUTH_CODES: Partial<Record<ErrorCode, string>> = {
  InvalidClient: 'invalid_client',
  InvalidDpopProof: 'invalid_dpop_proof',
  UseDpopNonce: 'use_dpop_nonce',
};

/** Returns the response of an error at an OAuth endpoint: never `invalid_grant`, at which an app ends its session. */
export function toOAuthErrorResponse(error: BrokerError): OAuthErrorResponse {
  const { status, headers } = toErrorResponse(error);
  const { details } = error;
  const nonce = details.code === 'UseDpopNonce' ? { 'dpop-nonce': details.dpopNonce } : {};
  return {
    status,
    headers: { ...headers, ...nonce },
    body: { error: codeOf(error, status), error_description: describe(error.message) },
  };
}

function codeOf({ code }: BrokerError, status: number): string {
  const own = OAUTH_CODES[code];
  if (own !== undefined) return own;
  if (status === 429 || status > 500) return 'temporarily_unavailable';
  return status === 500 ? 'server_error' : 'invalid_request';
}

/** Returns the message in printable ASCII, without quotation marks and backslashes (RFC 6749 section 5.2). */
function describe(message: string): string {
  return message.replaceAll('"', "'").replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?');
}
