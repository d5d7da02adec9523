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
  NotFound: 'Nothing exists at this address.',
  MethodNotAllowed: 'This method is not allowed here.',
  PayloadTooLarge: 'The request body is too large.',
  UnsupportedMediaType: 'This content type is not accepted here.',
};

/** Returns a thrown BrokerError itself; one for errors of Nest, Fastify or the database; else `InternalError`. */
export function toBrokerError(thrown: unknown): BrokerError {
  if (thrown instanceof BrokerError) return thrown;
  const code = CODES_BY_STATUS[statusOf(thrown)];
  if (code) return new BrokerError(code, MESSAGES[code] ?? code, { cause: thrown });
  return toDatabaseUnavailable(thrown) ?? unexpected(thrown);
}

function unexpected(cause: unknown): BrokerError {
  return new BrokerError(
    'InternalError',
    'Something went wrong in the broker. It has been logged. Try again later.',
    { cause },
  );
}

/** Returns the status that Nest or Fastify gave an error of the request; 0 for every other error. */
function statusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (!(thrown instanceof Error) || !('code' in thrown) || !('statusCode' in thrown)) return 0;
  const ofFastify = typeof thrown.code === 'string' && thrown.code.startsWith('FST_ERR_');
  return ofFastify && typeof thrown.statusCode === 'number' ? thrown.statusCode : 0;
}
