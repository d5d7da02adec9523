import type { BrokerError } from '../errors/broker-error.ts';
import { statusTable } from './status-table.ts';

/** An error as HTTP says it: status, headers and the body `{ error, message }`. */
export type ErrorResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error: string; readonly message: string };
};

const DEFAULT_RETRY_AFTER_SECONDS = 5;

/** Turns an error into its response; 401 carries WWW-Authenticate (RFC 6750), 429 and 503 Retry-After. */
export function toErrorResponse(error: BrokerError): ErrorResponse {
  const status = statusTable[error.code];
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (status === 401) headers['www-authenticate'] = challenge(error);
  if (status === 429 || status === 503) {
    headers['retry-after'] = String(error.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS);
  }
  return { status, headers, body: { error: error.code, message: error.message } };
}

function challenge(error: BrokerError): string {
  return error.code === 'InvalidToken'
    ? 'Bearer realm="latchkey", error="invalid_token"'
    : 'Bearer realm="latchkey"';
}
