import type { ErrorCode } from './error-code.ts';
import type { ErrorArguments, ErrorDetails } from './error-details.ts';

/** The one error of the broker: a stable code for programs, what belongs to that code, and a sentence for people. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(...[told, message, { cause, ...details } = {}]: ErrorArguments) {
    super(message, cause === undefined ? undefined : { cause });
    // The type of the arguments pairs each code with its details; taken apart, the compiler no longer knows.
    this.details = typeof told === 'string' ? ({ code: told, ...details } as ErrorDetails) : told;
    this.code = this.details.code;
  }
}

/** The error for a browser whose session waits for an answer that was lost and may still come. */
export function sessionSuspended(): BrokerError {
  return new BrokerError(
    'SessionSuspended',
    'The last renewal of this sign-in got no answer. It comes back if the answer arrives. Or sign in again.',
    { retryAfterSeconds: 60 },
  );
}

/** The same error for every credential that opens nothing: its sender cannot tell why. */
export function invalidToken(): BrokerError {
  return new BrokerError('InvalidToken', 'The credential is unknown, expired or revoked.');
}
