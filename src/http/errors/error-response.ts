import type { BrokerError } from '../../errors/broker-error.ts';
import type { ErrorDetails } from '../../errors/error-details.ts';
import { statusTable } from './status-table.ts';

/** The HTTP response of an error. */
export type ErrorResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly error: string;
    readonly message: string;
    readonly reconnectUrl?: string;
    /** The scope that the account did not grant. */
    readonly scope?: string;
  };
};

const DEFAULT_RETRY_AFTER_SECONDS = 5;

/**
 * Returns the response of an error. 401 carries `WWW-Authenticate` (RFC 6750). 429, 503 and the failure of an upstream
 * that may pass carry `Retry-After`.
 *
 * @param baseUrl the broker's own address, for the link that an error may carry
 */
export function toErrorResponse(error: BrokerError, baseUrl = ''): ErrorResponse {
  const { code, message, details } = error;
  const status = statusTable[code];
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (status === 401) headers['www-authenticate'] = challengeOf(error);
  if (mayPass(status, details)) headers['retry-after'] = String(retryAfterOf(details));
  const fields = fieldsOf(details, baseUrl);
  // Many programs show nothing but the message.
  const text = fields.reconnectUrl === undefined ? message : `${message}: ${fields.reconnectUrl}`;
  return { status, headers, body: { error: code, message: text, ...fields } };
}

function mayPass(status: number, details: ErrorDetails): boolean {
  if (details.code === 'UpstreamUnavailable' || details.code === 'UpstreamTimeout') return !details.isLasting;
  return status === 429 || status === 503;
}

function retryAfterOf(details: ErrorDetails): number {
  const told = 'retryAfterSeconds' in details ? details.retryAfterSeconds : undefined;
  return told ?? DEFAULT_RETRY_AFTER_SECONDS;
}

function fieldsOf(
  details: ErrorDetails,
  baseUrl: string,
): Pick<ErrorResponse['body'], 'reconnectUrl' | 'scope'> {
  switch (details.code) {
    case 'ReauthorizationRequired':
      if (details.reconnectSessionId === undefined) return {};
      return { reconnectUrl: `${baseUrl}/oauth/login?reconnect=${details.reconnectSessionId}` };
    case 'ScopeMissing':
      return { scope: details.missingScope };
    default:
      return {};
  }
}

function challengeOf({ code }: BrokerError): string {
  return code === 'InvalidToken'
    ? 'Bearer realm="latchkey", error="invalid_token"'
    : 'Bearer realm="latchkey"';
}
