import { Controller, Get, HttpCode, Res, UseFilters } from '@nestjs/common';
import { ApiHeader, ApiNoContentResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller } from '../access/caller.decorator.ts';
import type { AccountPrincipal } from '../access/principal.ts';
import { AllowForwarded } from '../http/origins/allow.decorator.ts';
import { ApiErrors } from '../http/errors/api-errors.decorator.ts';
import { NO_CALLER } from './caller-headers.ts';
import { ForwardAuthErrorFilter } from './forward-auth-error.filter.ts';
import { Introspection } from './introspection.service.ts';

const METHOD = 'the method of the proxied request, in X-Forwarded-Method or X-Original-Method';

const callerHeaders = Object.fromEntries(
  Object.keys(NO_CALLER).map(name => [
    name,
    { description: 'empty if it has no value', schema: { type: 'string' } as const },
  ]),
);

/** Identifies the sender of a request to the reverse proxy that received it. */
@ApiTags('introspection')
@ApiSecurity('browser')
@ApiSecurity('apiKey')
@Controller('api/forward-auth')
@UseFilters(ForwardAuthErrorFilter)
export class ForwardAuthController {
  constructor(private readonly introspection: Introspection) {}

  @Get()
  @HttpCode(204)
  @AllowForwarded('browser', 'api-key')
  @ApiOperation({
    operationId: 'forwardAuth',
    summary: 'Identify the sender of a proxied request',
    description:
      'For the proxies in LATCHKEY_TRUSTED_PROXIES, which pass on the headers of that request. A request with a cookie ' +
      'that changes something must come from a page of this broker. A refusal has every X-Latchkey header, empty, and Latchkey-Error.',
  })
  @ApiHeader({ name: 'X-Forwarded-Method', required: false, description: METHOD, schema: { type: 'string' } })
  @ApiHeader({ name: 'X-Original-Method', required: false, description: METHOD, schema: { type: 'string' } })
  @ApiNoContentResponse({ description: 'The headers name the account.', headers: callerHeaders })
  @ApiErrors(
    'InvalidRequest',
    'AuthenticationRequired',
    'InvalidToken',
    'ReauthorizationRequired',
    'SessionSuspended',
    'Forbidden',
    'CrossSiteRequest',
    'TooManyRequests',
    'DatabaseUnavailable',
  )
  async forwardAuth(
    @Caller() caller: AccountPrincipal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    reply.headers(await this.introspection.identify(caller));
  }
}
