import { Query } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { z } from 'zod';
import { decorateHandler } from './decorate-handler.ts';
import { toOpenApiSchema } from './openapi-schema.ts';
import { ZodPipe } from './zod.pipe.ts';

/** A query parameter that is `true` or `false`. */
export const booleanParameter = z.stringbool({ error: 'must be true or false' }).meta({ type: 'boolean' });

/** The parameter of a handler that receives the query, validated against a schema, which also documents it. */
export function QueryOf(schema: z.ZodObject<Record<string, z.ZodType>>): ParameterDecorator {
  return (target, method, index) => {
    Query(new ZodPipe(schema))(target, method, index);
    for (const [name, field] of Object.entries(schema.shape)) {
      const { description, ...described } = toOpenApiSchema(field);
      const required = !z.safeParse(field, undefined).success;
      const parameter = {
        name,
        required,
        schema: described,
        ...(description !== undefined && { description }),
      };
      decorateHandler(target, method, ApiQuery(parameter));
    }
  };
}
