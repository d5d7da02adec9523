import { BrokerError } from '../../errors/broker-error.ts';
import type { BareCode } from '../../errors/error-details.ts';

/** The reasons why an outbound call fails, each as a clause for people. */
const sentences = {
  forbidden_protocol: 'the broker calls it by https only',
  forbidden_credentials: 'its address contains a user name or password',
  forbidden_address: 'it does not have a public internet address',
  unresolved_name: 'its name cannot be resolved',
  redirect: 'it answered with a redirect, which the broker does not follow',
  too_large: 'its answer is too large',
  unreadable: 'its answer cannot be read',
  timeout: 'it did not answer in time',
  busy: 'the broker already has too many calls of this kind',
  spared: 'it asked the broker for a pause',
  closed: 'the broker is shutting down',
  network: 'the connection failed',
} as const;

export type OutboundFailure = keyof typeof sentences;

const codes: Partial<Record<OutboundFailure, BareCode>> = {
  timeout: 'UpstreamTimeout',
  closed: 'ShuttingDown',
};

/**
 * An outbound HTTP call without a usable response.
 *
 * `sent` is false only if certainly no byte of the request was written to a socket. The message quotes only the origin
 * of the URL: paths and queries may contain secrets.
 */
export class OutboundError extends BrokerError {
  constructor(
    readonly reason: OutboundFailure,
    origin: string,
    readonly sent: boolean,
    cause?: unknown,
  ) {
    super(codeOf(reason, sent), `The call to ${origin} failed: ${sentences[reason]}.`, {
      cause,
    });
  }
}

/** `ShuttingDown` promises callers that their call was not carried out. */
function codeOf(reason: OutboundFailure, sent: boolean): BareCode {
  if (reason === 'closed' && sent) return 'UpstreamUnavailable';
  return codes[reason] ?? 'UpstreamUnavailable';
}

/** A redirect, which the broker follows only where a caller of it decides to. */
export class RedirectError extends OutboundError {
  /** @param location the header of the response, as the server wrote it */
  constructor(
    origin: string,
    readonly location: string | null,
  ) {
    super('redirect', origin, true);
  }
}
