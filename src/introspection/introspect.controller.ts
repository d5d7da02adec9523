import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiConsumes, ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callSenderOf } from '../access/credential-use.ts';
import { Allow } from '../http/origins/allow.decorator.ts';
import { ApiErrors } from '../http/errors/api-errors.decorator.ts';
import { toOpenApiSchema } from '../http/schemas/openapi-schema.ts';
import { BodyOf } from '../http/schemas/body-of.decorator.ts';
import { type IntrospectionView, introspectionView } from './introspection-view.ts';
import { Introspection } from './introspection.service.ts';

const introspectRequest = z.object({
  token: z.string().meta({ description: 'the API key that a caller presented', examples: ['ckapi_…'] }),
});

/** Introspects API keys for the back end of an AppView (RFC 7662). */
@ApiTags('introspection')
@ApiSecurity('introspector')
@ApiSecurity('operator')
@Controller('api/introspect')
export class IntrospectController {
  constructor(private readonly introspection: Introspection) {}

  @Post()
  @HttpCode(200)
  @Allow('introspector', 'operator')
  @ApiOperation({ operationId: 'introspect', summary: 'Introspect an API key (RFC 7662)' })
  @ApiConsumes('application/x-www-form-urlencoded', 'application/json')
  @ApiOkResponse({
    description: 'The key, or `{ "active": false }` for any token that is not a working key.',
    schema: toOpenApiSchema(introspectionView),
  })
  @ApiErrors('InvalidRequest', 'AuthenticationRequired', 'InvalidToken', 'Forbidden', 'DatabaseUnavailable')
  introspect(
    @BodyOf(introspectRequest) { token }: z.infer<typeof introspectRequest>,
    @Req() request: FastifyRequest,
  ): Promise<IntrospectionView> {
    return this.introspection.introspect(token, callSenderOf(request));
  }
}
