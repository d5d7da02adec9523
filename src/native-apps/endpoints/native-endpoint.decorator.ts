import { applyDecorators, HttpCode, Post, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { Allow } from '../../http/origins/allow.decorator.ts';
import type { ErrorFormConfig } from '../../http/errors/error-form.ts';
import type { FlatBodyConfig } from '../../http/edge/body-parser.ts';
import { NativeAppGuard } from './native-app.guard.ts';
import { oauthErrorSchema, requestSchemas } from './native-openapi.ts';

/** The CORS headers depend on the app, so the broker's own list of origins does not apply. */
const CONFIG: FlatBodyConfig & ErrorFormConfig & { readonly cors: false } = {
  flatBody: true,
  errorForm: 'oauth',
  cors: false,
};

const answered = ApiResponse({
  status: 'default',
  description: "The issuer's own answer, status and body as it gave them; or an error of the broker's.",
  headers: {
    'Latchkey-Key-Id': { description: 'the key that signed; send it as key_id', schema: { type: 'string' } },
    'DPoP-Nonce': { description: 'for the next proof', schema: { type: 'string' } },
  },
  content: { 'application/json': { schema: { type: 'object' } } },
});

const dpopHeader = ApiHeader({
  name: 'DPoP',
  required: false,
  description: "the app's proof for the issuer's own endpoint (RFC 9449); it is passed on untouched",
  schema: { type: 'string' },
});

type Description = {
  readonly operationId: string;
  readonly summary: string;
  /** The OAuth errors of the broker's own 400 responses. */
  readonly refusals: string;
};

/** Declares a handler that native apps call instead of their issuer's endpoint. */
export function NativeEndpoint(
  path: keyof typeof requestSchemas,
  { refusals, ...operation }: Description,
): MethodDecorator {
  return applyDecorators(
    Post(path),
    HttpCode(200),
    Allow('anyone'),
    UseGuards(NativeAppGuard),
    RouteConfig(CONFIG),
    ApiOperation(operation),
    ApiConsumes('application/x-www-form-urlencoded', 'application/json'),
    ApiBody({ schema: requestSchemas[path] }),
    dpopHeader,
    answered,
    ApiResponse({
      status: 400,
      description: refusals,
      content: { 'application/json': { schema: oauthErrorSchema } },
    }),
  );
}
