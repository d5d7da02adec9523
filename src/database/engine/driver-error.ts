import { BrokerError } from '../../errors/broker-error.ts';

const RETRY_AFTER_SECONDS = 5;

/** Creates a `DatabaseUnavailable` with `retryAfterSeconds`. */
export function databaseUnavailable(message: string, cause?: unknown): BrokerError {
  return new BrokerError('DatabaseUnavailable', message, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}
