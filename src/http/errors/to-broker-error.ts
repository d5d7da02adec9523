import { HttpException } from '@nestjs/common';
import { toDatabaseUnavailable } from '../../database/connection/database-error.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import type { BareCode } from '../../errors/error-details.ts';

const CODES_BY_STATUS: Readonly<Record<number, BareCode>> = {
  400: 'InvalidRequest',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  413: 'PayloadTooLarge',
  414: 'InvalidRequest',
  415: 'UnsupportedMediaType',
};

const MESSAGES: Partial<Record<BareCode, string>> = {
  InvalidRequest: 'The request is malformed.',
  NotFound: 'There is nothing here.',
  MethodNotAllowed: 'This method is not allowed here.',
  PayloadTooLarge: 'The request body is too large.',
  UnsupportedMediaType: 'This content type is not accepted here.',
};

/** Finds the BrokerError in whatever was thrown: our own, the framework's, the database's, or `InternalError`. */
export function toBrokerError(thrown: unknown): BrokerError {
  if (thrown instanceof BrokerError) return thrown;
  const code = CODES_BY_STATUS[statusOf(thrown)];
  if (code) return new BrokerError(code, MESSAGES[code] ?? code, { cause: thrown });
  return toDatabaseUnavailable(thrown) ?? unexpected(thrown);
}

function unexpected(cause: unknown): BrokerError {
  return new BrokerError('InternalError', 'Something went wrong here. It has been logged.', { cause });
}

/** The status that Nest or Fastify gave an error of the request itself; 0 for every other error. */
function statusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (!(thrown instanceof Error) || !('code' in thrown) || !('statusCode' in thrown)) return 0;
  const ofFastify = typeof thrown.code === 'string' && thrown.code.startsWith('FST_ERR_');
  return ofFastify && typeof thrown.statusCode === 'number' ? thrown.statusCode : 0;
}
