import { BrokerError } from '../../errors/broker-error.ts';

const RETRY_AFTER_SECONDS = 5;

/** Returns the driver's code, `SQLITE_…` or an SQLSTATE. Empty for an error without a code. */
export function driverCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** Creates a `DatabaseUnavailable` with `retryAfterSeconds`. */
export function databaseUnavailable(message: string, cause?: unknown): BrokerError {
  return new BrokerError('DatabaseUnavailable', message, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}
