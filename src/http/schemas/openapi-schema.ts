import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type OpenApiSchema = Exclude<Schemas[string], { $ref: string }>;

/** Returns a zod schema as OpenAPI 3.1 writes it, which is JSON Schema 2020-12. */
export function toOpenApiSchema(schema: z.ZodType): OpenApiSchema {
  const described = z.toJSONSchema(schema, {
    io: 'input',
    // A format says enough to a reader; the expression behind it would only be noise.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  delete described.$schema;
  return described as OpenApiSchema;
}
