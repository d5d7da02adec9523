import { Controller, Get, Header, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CallSource } from '../../access/call-source.decorator.ts';
import { Caller } from '../../access/caller.decorator.ts';
import type { Principal, TempTokenPrincipal } from '../../access/principal.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { Config } from '../../config/config.ts';
import { invalidToken } from '../../errors/broker-error.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { ApiErrors } from '../../http/errors/api-errors.decorator.ts';
import { requireNoForeignPage } from '../../http/origins/own-pages.ts';
import { toOpenApiSchema } from '../../http/schemas/openapi-schema.ts';
import { BodyOf } from '../../http/schemas/body-of.decorator.ts';
import { type IssuedApiKeyView, issuedApiKeyView, toIssuedApiKeyView } from '../keys/api-key-view.ts';
import { type KeyRequestInput, keyRequestInput } from './key-request-input.ts';
import { KeyRequestClaims } from './key-request-claims.service.ts';
import { KEY_REQUEST_SCOPE } from './key-request-scope.ts';
import {
  type CreatedKeyRequestView,
  createdKeyRequestView,
  type KeyRequestView,
  keyRequestView,
  toCreatedKeyRequestView,
  toKeyRequestView,
} from './key-request-view.ts';
import { KeyRequests } from './key-requests.service.ts';

const claim = z.object({
  code: z.string().max(64).describe('as its owner was shown it; case, hyphen and blanks do not count'),
});

@ApiTags('key requests')
@Controller('api/key-requests')
export class KeyRequestsController {
  constructor(
    private readonly config: Config,
    private readonly keyRequests: KeyRequests,
    private readonly keyRequestClaims: KeyRequestClaims,
  ) {}

  @Post()
  @HttpCode(201)
  @Allow('anyone', 'browser')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'createKeyRequest',
    summary: "Ask an account's owner for an API key",
    description: 'Who may ask is configured: anybody, a browser that is signed in, or nobody.',
  })
  @ApiCreatedResponse({
    description: 'The request; it lives for 15 minutes.',
    schema: toOpenApiSchema(createdKeyRequestView),
  })
  @ApiErrors(
    'InvalidRequest',
    'InvalidIdentifier',
    'CrossSiteRequest',
    'AccountNotAllowed',
    'KeyRequestsOff',
    'AuthenticationRequired',
    'TooManyRequests',
    'TooManyKeyRequests',
    'AccountNotFound',
    'AccountUnreachable',
    'DatabaseUnavailable',
  )
  async create(
    @BodyOf(keyRequestInput) ask: KeyRequestInput,
    @Caller() caller: Principal,
    @CallSource() by: AuditSource,
    @Req() { headers }: FastifyRequest,
  ): Promise<CreatedKeyRequestView> {
    requireNoForeignPage(headers, [this.config.publicUrl.origin, ...this.config.allowedOrigins]);
    return toCreatedKeyRequestView(await this.keyRequests.create(ask, caller, by), this.config.baseUrl);
  }

  @Get(':id')
  @Allow('temp-token')
  @Header('cache-control', 'no-store')
  @ApiSecurity('tempToken')
  @ApiOperation({
    operationId: 'getKeyRequest',
    summary: 'How far a key request is',
    description: 'The temp token ends with the request: 401 InvalidToken tells that it is over.',
  })
  @ApiOkResponse({ description: 'The request.', schema: toOpenApiSchema(keyRequestView) })
  @ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden', 'NotFound', 'DatabaseUnavailable')
  async show(@Param('id') id: string, @Caller() caller: TempTokenPrincipal): Promise<KeyRequestView> {
    requireTokenOf(id, caller);
    return toKeyRequestView(await this.keyRequests.get(id));
  }

  @Post(':id/claim')
  @HttpCode(200)
  @Allow('temp-token')
  @Header('cache-control', 'no-store')
  @ApiSecurity('tempToken')
  @ApiOperation({
    operationId: 'claimKey',
    summary: 'Claim the key that was authorized',
    description:
      'Once, with the code that the owner was shown, in five tries. The secret is shown this once.',
  })
  @ApiOkResponse({ description: 'The key and its secret.', schema: toOpenApiSchema(issuedApiKeyView) })
  @ApiErrors(
    'InvalidRequest',
    'AuthenticationRequired',
    'InvalidToken',
    'ReauthorizationRequired',
    'Forbidden',
    'WrongClaimCode',
    'NotFound',
    'KeyRequestNotAuthorized',
    'TooManyApiKeys',
    'KeyRequestEnded',
    'DatabaseUnavailable',
  )
  async claim(
    @Param('id') id: string,
    @BodyOf(claim) { code }: z.infer<typeof claim>,
    @Caller() caller: TempTokenPrincipal,
    @CallSource() by: AuditSource,
  ): Promise<IssuedApiKeyView> {
    requireTokenOf(id, caller);
    return toIssuedApiKeyView(await this.keyRequestClaims.claim(id, code, by));
  }
}

/** What the guard has seen to already: no mistake there may hand over somebody else's key. */
function requireTokenOf(id: string, { scope, resource }: TempTokenPrincipal): void {
  if (scope !== KEY_REQUEST_SCOPE.name || resource !== id) throw invalidToken();
}
