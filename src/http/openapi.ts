import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';

type SchemaObject = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

/** Returns a zod schema as OpenAPI 3.1 has it, which is JSON Schema 2020-12. */
export function toOpenApiSchema(schema: z.ZodType): SchemaObject {
  return z.toJSONSchema(schema, { io: 'input' }) as SchemaObject;
}

/** Describes the routes of an application. */
export function describeRoutes(app: INestApplication, version: string): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Latchkey')
    .setDescription('A self-hosted session broker for the AT Protocol.')
    .setVersion(version)
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth({ type: 'http', description: 'The admin token' }, 'operator')
    .addCookieAuth('latchkey', { type: 'apiKey', description: 'The session of a browser' }, 'browser')
    .build();
  return SwaggerModule.createDocument(app, description);
}
