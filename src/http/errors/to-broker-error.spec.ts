import { describe, expect, it } from '@jest/globals';
import { BadRequestException, ForbiddenException, NotFoundException } from '@nestjs/common';
import { BrokerError } from '../../errors/broker-error.ts';
import { toBrokerError } from './to-broker-error.ts';

function fastifyError(code: string, statusCode: number): Error {
  return Object.assign(new Error('quotes what was sent'), { code, statusCode });
}

describe('toBrokerError', () => {
  it('leaves our own errors as they are', () => {
    const error = new BrokerError('LoginExpired', 'Too late.');
    expect(toBrokerError(error)).toBe(error);
  });

  it.each([
    [new NotFoundException('/path'), 'NotFound'],
    [new BadRequestException('details'), 'InvalidRequest'],
    [fastifyError('FST_ERR_BAD_URL', 400), 'InvalidRequest'],
    [fastifyError('FST_ERR_MAX_PARAM_LENGTH', 414), 'InvalidRequest'],
    [fastifyError('FST_ERR_CTP_BODY_TOO_LARGE', 413), 'PayloadTooLarge'],
    [fastifyError('FST_ERR_CTP_INVALID_MEDIA_TYPE', 415), 'UnsupportedMediaType'],
    [Object.assign(new Error(), { code: 'SQLITE_FULL' }), 'DatabaseUnavailable'],
    [fastifyError('FST_ERR_SEND_INSIDE_ONERR', 500), 'InternalError'],
    [fastifyError('SOME_LIBRARY', 404), 'InternalError'],
    [new ForbiddenException(), 'InternalError'],
    [new TypeError('details'), 'InternalError'],
    ['a text', 'InternalError'],
    [undefined, 'InternalError'],
  ])('%j is %s', (thrown, code) => {
    expect(toBrokerError(thrown).code).toBe(code);
  });

  it('tells nothing of what happened, and keeps it for the log', () => {
    for (const thrown of [new TypeError('secret'), new NotFoundException('secret')]) {
      const { message, cause } = toBrokerError(thrown);
      expect(message).not.toContain('secret');
      expect(cause).toBe(thrown);
    }
  });
});
