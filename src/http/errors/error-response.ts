import type { BrokerError } from '../../errors/broker-error.ts';
import { statusTable } from './status-table.ts';

/** An error as HTTP says it: status, headers and the body `{ error, message, reconnectUrl?, scope? }`. */
export type ErrorResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly error: string;
    readonly message: string;
    readonly reconnectUrl?: string;
    /** What would have to be granted. */
    readonly scope?: string;
  };
};

const DEFAULT_RETRY_AFTER_SECONDS = 5;

/**
 * Turns an error into its response; 401 carries WWW-Authenticate (RFC 6750), 429 and 503 Retry-After.
 *
 * @param baseUrl where the broker is reached, for the link that an error may carry
 */
export function toErrorResponse(error: BrokerError, baseUrl = ''): ErrorResponse {
  const status = statusTable[error.code];
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (status === 401) headers['www-authenticate'] = challenge(error);
  if (status === 429 || status === 503) {
    headers['retry-after'] = String(error.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS);
  }
  const { code, message, reconnectSessionId: lost, missingScope: scope } = error;
  const link = lost === undefined ? {} : { reconnectUrl: `${baseUrl}/oauth/login?reconnect=${lost}` };
  return { status, headers, body: { error: code, message, ...link, ...(scope && { scope }) } };
}

function challenge(error: BrokerError): string {
  return error.code === 'InvalidToken'
    ? 'Bearer realm="latchkey", error="invalid_token"'
    : 'Bearer realm="latchkey"';
}
