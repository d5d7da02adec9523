import { Controller, Delete, Get, Header, HttpCode, Post } from '@nestjs/common';
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

const handed = z.object({
  token: z.string().describe('a JWT that the PDS of the account signed'),
  expiresAt: z.iso.datetime().describe('by the clock of the PDS'),
  cached: z.boolean().describe('whether it was handed out before'),
});

const selection = z.strictObject({ aud: audience.optional(), lxm: method.optional() });
const deleted = z.object({ deleted: z.int() });

const stats = z.object({
  total: z.int().describe('tokens that this instance keeps'),
  valid: z.int(),
  expired: z.int().describe('those that the next sweep removes'),
  hits: z.int().describe('requests that a kept token answered, since this instance started'),
  misses: z.int(),
  inFlight: z.int().describe('mints under way'),
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
  @Header('cache-control', 'no-store')
  @ApiSecurity('browser')
  @ApiSecurity('apiKey')
  @ApiOperation({
    operationId: 'getServiceToken',
    summary: 'A token with which another service is called as the account',
  })
  @ApiOkResponse({ description: 'The token.', schema: toOpenApiSchema(handed) })
  @ApiErrors(
    'InvalidRequest',
    'ReauthorizationRequired',
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
    @BodyOf(serviceTokenInput) ask: z.output<typeof serviceTokenInput>,
  ): Promise<z.infer<typeof handed>> {
    const { token, expiresAt, cached } = await this.serviceTokens.get(sessionId, { lxm: undefined, ...ask });
    return { token, expiresAt: expiresAt.toISOString(), cached };
  }

  @Delete()
  @Allow('browser', 'api-key')
  @ApiSecurity('browser')
  @ApiSecurity('apiKey')
  @ApiOperation({ operationId: 'forgetServiceTokens', summary: "Forget this credential's kept tokens" })
  @ApiOkResponse({ description: 'How many this instance kept.', schema: toOpenApiSchema(deleted) })
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
    summary: 'What this instance keeps, and how well that serves',
  })
  @ApiOkResponse({ description: 'Numbers of this instance.', schema: toOpenApiSchema(stats) })
  stats(): z.infer<typeof stats> {
    return this.mintedTokens.stats();
  }
}
