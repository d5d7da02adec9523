import { Body } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { z } from 'zod';
import { decorateHandler } from './decorate-handler.ts';
import { toOpenApiSchema } from './openapi-schema.ts';
import { ZodPipe } from './zod.pipe.ts';

/** The parameter of a handler that receives the body, validated against a schema, which also documents it. */
export function BodyOf(schema: z.ZodObject): ParameterDecorator {
  return (target, method, index) => {
    Body(new ZodPipe(schema))(target, method, index);
    // The pipe reads an absent body as an empty object.
    const required = !schema.safeParse({}).success;
    decorateHandler(target, method, ApiBody({ required, schema: toOpenApiSchema(schema) }));
  };
}
