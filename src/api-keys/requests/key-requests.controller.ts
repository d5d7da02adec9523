import { Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
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
import { IdempotencyKey } from '../../http/schemas/idempotency-key.decorator.ts';
import { BodyOf } from '../../http/schemas/body-of.decorator.ts';
import { type IssuedApiKeyView, issuedApiKeyView, toIssuedApiKeyView } from '../keys/api-key-view.ts';
import { type KeyRequestInput, keyRequestInput } from './rules/key-request-input.ts';
import { KeyRequestClaims } from './key-request-claims.service.ts';
import { KEY_REQUEST_SCOPE } from './rules/key-request-scope.ts';
import { offeredPresets } from './rules/requested-scope.ts';
import {
  type CreatedKeyRequestView,
  createdKeyRequestView,
  type KeyRequestView,
  keyRequestView,
  type KeyScopesView,
  keyScopesView,
  toCreatedKeyRequestView,
  toKeyRequestView,
} from './key-request-view.ts';
import { KeyRequests } from './key-requests.service.ts';

const claim = z.object({
  code: z
    .string()
    .max(64)
    .meta({
      description: 'the claim code that the owner saw, without regard to case, hyphens and blanks',
      examples: ['7K2M-0A1X'],
    }),
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
  @ApiOperation({
    operationId: 'createKeyRequest',
    summary: "Request an API key from an account's owner",
    description:
      'LATCHKEY_KEY_REQUESTS allows requests from everyone, from signed-in browsers, or not at all.',
  })
  @ApiCreatedResponse({
    description: 'The request, which expires after 15 minutes.',
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
    @BodyOf(keyRequestInput) input: KeyRequestInput,
    @Caller() caller: Principal,
    @CallSource() by: AuditSource,
    @Req() { headers }: FastifyRequest,
  ): Promise<CreatedKeyRequestView> {
    requireNoForeignPage(headers, [this.config.publicUrl.origin, ...this.config.allowedOrigins]);
    return toCreatedKeyRequestView(await this.keyRequests.create(input, caller, by), this.config.baseUrl);
  }

  @Get('scopes')
  @Allow('anyone')
  @ApiOperation({
    operationId: 'listKeyScopes',
    summary: 'List the scopes that may be requested for a key',
    description:
      'LATCHKEY_KEY_SCOPE decides. A part that permits less than a listed one of the same kind may be requested too: a loopback broker asks for exactly that, another for the listed part.',
  })
  @ApiOkResponse({ description: 'Parts and presets.', schema: toOpenApiSchema(keyScopesView) })
  scopes(): KeyScopesView {
    return { parts: [...this.config.keyScopeParts], presets: offeredPresets(this.config) };
  }

  @Get(':id')
  @Allow('temp-token')
  @ApiSecurity('tempToken')
  @ApiOperation({
    operationId: 'getKeyRequest',
    summary: 'Get the state of a key request',
    description:
      'The temp token ends with the request, after a claim within five minutes, so 401 InvalidToken means that the request has ended.',
  })
  @ApiOkResponse({ description: 'The request.', schema: toOpenApiSchema(keyRequestView) })
  @ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden', 'NotFound', 'DatabaseUnavailable')
  async get(@Param('id') id: string, @Caller() caller: TempTokenPrincipal): Promise<KeyRequestView> {
    requireTokenOf(id, caller);
    return toKeyRequestView(await this.keyRequests.get(id));
  }

  @Post(':id/claim')
  @HttpCode(200)
  @Allow('temp-token')
  @ApiSecurity('tempToken')
  @ApiOperation({
    operationId: 'claimKey',
    summary: 'Claim an authorized key',
    description:
      'Works once, with the claim code that the owner saw, within five tries. For five minutes the same temp token and code return the same key, so a lost response is claimed again. No other response contains the secret.',
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
    'IdempotencyKeyReused',
    'DatabaseUnavailable',
  )
  async claim(
    @Param('id') id: string,
    @BodyOf(claim) { code }: z.infer<typeof claim>,
    @IdempotencyKey("the caller's name for this claim. With another code it is refused")
    idempotencyKey: string | undefined,
    @Caller() caller: TempTokenPrincipal,
    @CallSource() by: AuditSource,
  ): Promise<IssuedApiKeyView> {
    requireTokenOf(id, caller);
    return toIssuedApiKeyView(await this.keyRequestClaims.claim(id, { code, idempotencyKey }, by));
  }
}

/** Repeats the guard's check: a mistake there must not reveal another account's key. */
function requireTokenOf(id: string, { scope, resource }: TempTokenPrincipal): void {
  if (scope !== KEY_REQUEST_SCOPE.name || resource !== id) throw invalidToken();
}
