import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { decorateHandler } from './decorate-handler.ts';
import { toOpenApiSchema } from './openapi-schema.ts';
import { parseInput } from './parse-input.ts';

const NAME = 'Idempotency-Key';

const value = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters, such as a UUID');
const headers = z.object({ [NAME]: value.optional() });

/** @throws BrokerError `InvalidRequest` */
function keyOf(request: FastifyRequest): string | undefined {
  return parseInput(headers, { [NAME]: request.headers['idempotency-key'] }, 'body')[NAME];
}

const FromHeader = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined =>
  keyOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/**
 * The parameter of a handler that receives the caller's name for a request (`Idempotency-Key`), or undefined. Also
 * documents the header.
 */
export function IdempotencyKey(description: string): ParameterDecorator {
  return (target, method, index) => {
    FromHeader()(target, method, index);
    const header = { name: NAME, required: false, description, schema: toOpenApiSchema(value) };
    decorateHandler(target, method, ApiHeader(header));
  };
}
