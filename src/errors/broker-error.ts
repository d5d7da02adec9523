import type { ErrorCode } from './error-code.ts';

/**
 * The one error of the broker: a stable code for programs and a sentence for people.
 *
 * `retryAfterSeconds` is sent as `Retry-After` where the status allows it. `cause` is for the log and never
 * leaves the process.
 */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
