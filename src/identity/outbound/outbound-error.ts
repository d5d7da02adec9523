import { BrokerError } from '../../errors/broker-error.ts';
import type { BareCode } from '../../errors/error-details.ts';

/** Which rule or circumstance ended an outbound call, with its sentence for people. */
const sentences = {
  forbidden_protocol: 'only https is allowed there',
  forbidden_credentials: 'its address carries a user name or password',
  forbidden_address: 'it is not at a public internet address',
  unresolved_name: 'its name cannot be resolved',
  redirect: 'it answered with a redirect',
  too_large: 'its answer is too large',
  unreadable: 'its answer cannot be read',
  timeout: 'it did not answer in time',
  busy: 'too many other servers are being called',
  closed: 'the broker is shutting down',
  network: 'the connection failed',
} as const;

export type OutboundFailure = keyof typeof sentences;

const codes: Partial<Record<OutboundFailure, BareCode>> = {
  timeout: 'UpstreamTimeout',
  closed: 'ShuttingDown',
};

/**
 * An outbound HTTP call that has no usable answer.
 *
 * `reason` names what ended it. `sent` is false only when it is certain that no byte of the request was written
 * to a socket. The message quotes the origin of the URL alone: paths and queries may hold secrets.
 */
export class OutboundError extends BrokerError {
  constructor(
    readonly reason: OutboundFailure,
    origin: string,
    readonly sent: boolean,
    cause?: unknown,
  ) {
    super(codes[reason] ?? 'UpstreamUnavailable', `The call to ${origin} failed: ${sentences[reason]}.`, {
      cause,
    });
  }
}
