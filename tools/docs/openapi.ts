import type { INestApplication } from '@nestjs/common';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import type { Config } from '../../src/config/config.ts';
import { errorCodes } from '../../src/errors/error-code.ts';
import { errorHelp } from '../../src/errors/error-help.ts';
import { openApiTags, tagOf } from './openapi-tags.ts';
import { toOpenApiSchema } from '../../src/http/schemas/openapi-schema.ts';

/** The body of every error. */
const errorSchema = z.object({
  error: z.enum(errorCodes).describe('a stable code, for programs'),
  message: z.string().describe('a sentence for people; it may change'),
  reconnectUrl: z
    .url()
    .optional()
    .describe('with ReauthorizationRequired of an API key: the link at which its owner reconnects it'),
  scope: z.string().optional().describe('with ScopeMissing: the scope that the account did not grant'),
});

/** Describes the routes of an application. */
export function describeRoutes(app: INestApplication, config: Config): OpenAPIObject {
  const routes = SwaggerModule.createDocument(app, {
    openapi: '3.1.0',
    info: {
      title: 'Latchkey',
      description: 'A self-hosted session broker for the AT Protocol.',
      version: packageJson.version,
    },
    servers: [{ url: config.publicUrl.origin }],
  });
  const browser = {
    type: 'apiKey',
    in: 'cookie',
    name: config.cookie.name,
    description:
      "The session of a browser. Every change, and every call of /xrpc, must come from the broker's own pages " +
      'by Origin and Sec-Fetch-Site. A caller without these headers sends X-Latchkey-CSRF: 1.',
  } as const;
  const apiKey = {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key: ckapi_ and 64 lowercase hex characters.',
  } as const;
  const passwordSession = {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: "A token of a password session, which opens what the session's API key opens.",
  } as const;
  const tempToken = {
    type: 'http',
    scheme: 'bearer',
    description:
      'A temp token: cktmp_ and 43 characters, valid for the routes of one scope and one resource.',
  } as const;
  const introspector = {
    type: 'http',
    scheme: 'bearer',
    description: 'The introspection token, LATCHKEY_INTROSPECT_TOKEN.',
  } as const;
  const operator = {
    type: 'http',
    scheme: 'bearer',
    description: 'The admin token, LATCHKEY_ADMIN_TOKEN.',
  } as const;
  const schemas = { ...routes.components?.schemas, Error: toOpenApiSchema(errorSchema) };
  const securitySchemes = { browser, apiKey, passwordSession, tempToken, introspector, operator };
  return {
    ...routes,
    paths: withTags(routes.paths, config.basePath),
    tags: openApiTags,
    components: { ...routes.components, securitySchemes, schemas, examples: errorExamples() },
  };
}

/** An example of each error, whose summary says what it means and what to do. */
function errorExamples(): Record<string, { summary: string; description: string; value: unknown }> {
  const examples = errorCodes.map(code => {
    const { meaning, action } = errorHelp[code];
    return [code, { summary: meaning, description: action, value: { error: code, message: meaning } }];
  });
  return Object.fromEntries(examples) as ReturnType<typeof errorExamples>;
}

/** Sorts each operation under the topic of its path. */
function withTags(paths: OpenAPIObject['paths'], basePath: string): OpenAPIObject['paths'] {
  const methods = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;
  const tagged = Object.entries(paths).map(([path, item]) => {
    const tag = tagOf(path.slice(basePath.length));
    const operations = methods.flatMap(method => {
      const operation = item[method];
      return operation ? [[method, { ...operation, tags: tag === undefined ? [] : [tag] }]] : [];
    });
    return [path, { ...item, ...Object.fromEntries(operations) }] as const;
  });
  return Object.fromEntries(tagged);
}
