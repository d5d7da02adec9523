import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Caller } from '../access/caller.decorator.ts';
import type { AccountPrincipal } from '../access/principal.ts';
import { Allow } from '../http/origins/allow.decorator.ts';
import { ApiErrors } from '../http/errors/api-errors.decorator.ts';
import { toOpenApiSchema } from '../http/schemas/openapi-schema.ts';
import { BodyOf } from '../http/schemas/body-of.decorator.ts';
import { QueryOf } from '../http/schemas/query-of.decorator.ts';
import { MintedTokens } from './minted-tokens.service.ts';
import { audience, method, serviceTokenInput } from './service-token-input.ts';
import { ServiceTokens } from './service-tokens.service.ts';

const issued = z.object({
  token: z.string().describe('a JWT that the PDS of the account signed'),
  expiresAt: z.iso.datetime().describe('by the clock of the PDS'),
  cached: z.boolean().describe('whether it comes from the cache'),
});

const selection = z.strictObject({ aud: audience.optional(), lxm: method.optional() });
const deleted = z.object({ deleted: z.int() });

const stats = z.object({
  total: z.int().describe('tokens in the cache of this instance'),
  valid: z.int(),
  expired: z.int().describe('tokens that the next sweep removes'),
  hits: z.int().describe('requests since the start of this instance that the cache answered'),
  misses: z.int().describe('requests since the start of this instance that needed a mint'),
  inFlight: z.int().describe('running mints'),
});

@ApiTags('service tokens')
@ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden')
@Controller('api/service-tokens')
export class ServiceTokensController {
  constructor(
    private readonly serviceTokens: ServiceTokens,
    private readonly mintedTokens: MintedTokens,
  ) {}

  @Post()
  @HttpCode(200)
  @Allow('browser', 'api-key')
  @ApiSecurity('browser')
  @ApiSecurity('apiKey')
  @ApiOperation({
    operationId: 'getServiceToken',
    summary: 'Get a token that calls another service as the account',
  })
  @ApiOkResponse({ description: 'The token.', schema: toOpenApiSchema(issued) })
  @ApiErrors(
    'InvalidRequest',
    'ReauthorizationRequired',
    'SessionSuspended',
    'CrossSiteRequest',
    'ProtectedMethod',
    'ScopeMissing',
    'ServiceTokenRefused',
    'TooManyRequests',
    'UpstreamUnavailable',
    'UpstreamTimeout',
    'TokenUnavailable',
    'DatabaseUnavailable',
  )
  async get(
    @Caller() { sessionId }: AccountPrincipal,
    @BodyOf(serviceTokenInput) input: z.output<typeof serviceTokenInput>,
  ): Promise<z.infer<typeof issued>> {
    const { token, expiresAt, cached } = await this.serviceTokens.get(sessionId, {
      lxm: undefined,
      ...input,
    });
    return { token, expiresAt: expiresAt.toISOString(), cached };
  }

  @Delete()
  @Allow('browser', 'api-key')
  @ApiSecurity('browser')
  @ApiSecurity('apiKey')
  @ApiOperation({
    operationId: 'forgetServiceTokens',
    summary: "Remove the cached tokens of this credential's session",
  })
  @ApiOkResponse({
    description: 'The number of removed tokens, of this instance.',
    schema: toOpenApiSchema(deleted),
  })
  @ApiErrors('InvalidRequest', 'CrossSiteRequest')
  forget(
    @Caller() { sessionId }: AccountPrincipal,
    @QueryOf(selection) query: z.infer<typeof selection>,
  ): z.infer<typeof deleted> {
    return { deleted: this.serviceTokens.forget(sessionId, query) };
  }

  @Get('stats')
  @Allow('operator')
  @ApiSecurity('operator')
  @ApiOperation({
    operationId: 'getServiceTokenStats',
    summary: 'Get statistics of the service-token cache of this instance',
  })
  @ApiOkResponse({ description: 'The statistics.', schema: toOpenApiSchema(stats) })
  stats(): z.infer<typeof stats> {
    return this.mintedTokens.countTokens();
  }
}
