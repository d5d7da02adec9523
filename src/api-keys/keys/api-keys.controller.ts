import { isValidDid } from '@atproto/syntax';
import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ApiKeyId } from '../../database/tables/id.ts';
import { CallSource } from '../../access/call-source.decorator.ts';
import { Caller } from '../../access/caller.decorator.ts';
import type { BrowserPrincipal, OperatorPrincipal } from '../../access/principal.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { ApiErrors } from '../../http/errors/api-errors.decorator.ts';
import { toOpenApiSchema } from '../../http/schemas/openapi-schema.ts';
import { BodyOf } from '../../http/schemas/body-of.decorator.ts';
import { IdempotencyKey } from '../../http/schemas/idempotency-key.decorator.ts';
import { QueryOf } from '../../http/schemas/query-of.decorator.ts';
import {
  apiKeyView,
  type IssuedApiKeyView,
  issuedApiKeyView,
  toApiKeyView,
  toIssuedApiKeyView,
} from './api-key-view.ts';
import { ApiKeyRotations } from './api-key-rotations.service.ts';
import { KeyUsage } from '../usage/key-usage.service.ts';
import { type KeyUsageView, keyUsageView, toKeyUsageView } from '../usage/key-usage-view.ts';
import { ApiKeys, type ApiKeyOwner } from './api-keys.service.ts';

const DAY_SECONDS = 24 * 60 * 60;

const listQuery = z.object({
  did: z.string().refine(isValidDid, 'must be a DID').optional().describe('for the operator'),
  cursor: ApiKeyId.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

const rotation = z.object({
  graceSeconds: z
    .int()
    .min(0)
    .max(DAY_SECONDS)
    .default(0)
    .describe('how long the old secret keeps working, at most until the expiry of the key'),
});

const apiKeyPage = z.object({ keys: z.array(apiKeyView), cursor: z.string().optional() });

/** A manager of keys: an account's owner in a browser for their own keys, or the operator for all keys. */
type KeyManager = BrowserPrincipal | OperatorPrincipal;

@ApiTags('keys')
@ApiSecurity('browser')
@ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden', 'SessionSuspended', 'DatabaseUnavailable')
@Controller('api/keys')
export class ApiKeysController {
  constructor(
    private readonly apiKeys: ApiKeys,
    private readonly apiKeyRotations: ApiKeyRotations,
    private readonly keyUsage: KeyUsage,
  ) {}

  @Get()
  @Allow('browser', 'operator')
  @ApiSecurity('operator')
  @ApiOperation({
    operationId: 'listKeys',
    summary: "List the account's API keys, or all keys for the operator, page by page",
  })
  @ApiOkResponse({ description: 'A page of keys.', schema: toOpenApiSchema(apiKeyPage) })
  @ApiErrors('InvalidRequest')
  async list(
    @QueryOf(listQuery) { did, cursor, limit }: z.infer<typeof listQuery>,
    @Caller() caller: KeyManager,
  ): Promise<z.infer<typeof apiKeyPage>> {
    const page = await this.apiKeys.list({ did: ownerOf(caller) ?? did, cursor, limit });
    return { ...page, keys: page.keys.map(listed => toApiKeyView(listed)) };
  }

  @Get(':id/usage')
  @Allow('browser', 'operator')
  @ApiSecurity('operator')
  @ApiOperation({
    operationId: 'getKeyUsage',
    summary: 'Calls with a key in the last 30 days, by day',
    description:
      'Counts every call with the key or a token of its password sessions, after it was found valid, and its introspections. The counts are up to 10 seconds old.',
  })
  @ApiOkResponse({ description: 'The days and their calls.', schema: toOpenApiSchema(keyUsageView) })
  @ApiErrors('NotFound')
  async usage(@Param('id') id: string, @Caller() caller: KeyManager): Promise<KeyUsageView> {
    const { key } = await this.apiKeys.get(id, ownerOf(caller));
    return toKeyUsageView(await this.keyUsage.listDays(key.id));
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @Allow('browser')
  @ApiOperation({
    operationId: 'rotateKey',
    summary: 'Give a key a new secret',
    description:
      'The key keeps its id and its session. With an Idempotency-Key the request can be repeated for five minutes, and returns the same secret. No other response contains it.',
  })
  @ApiOkResponse({ description: 'The key and its new secret.', schema: toOpenApiSchema(issuedApiKeyView) })
  @ApiErrors(
    'InvalidRequest',
    'CrossSiteRequest',
    'NotFound',
    'ApiKeyEnded',
    'ApiKeyChanged',
    'IdempotencyKeyReused',
  )
  async rotate(
    @Param('id') id: string,
    @BodyOf(rotation) { graceSeconds }: z.infer<typeof rotation>,
    @IdempotencyKey("the caller's name for this rotation, such as a random UUID, for all keys of the account")
    idempotencyKey: string | undefined,
    @Caller() { did }: BrowserPrincipal,
    @CallSource() by: AuditSource,
  ): Promise<IssuedApiKeyView> {
    const rotation = { graceSeconds, idempotencyKey };
    return toIssuedApiKeyView(await this.apiKeyRotations.rotate(id, did, rotation, by));
  }

  @Delete(':id')
  @HttpCode(204)
  @Allow('browser', 'operator')
  @ApiSecurity('operator')
  @ApiOperation({ operationId: 'revokeKey', summary: 'Revoke a key, and its session at the issuer' })
  @ApiNoContentResponse({ description: 'The key no longer works.' })
  @ApiErrors('CrossSiteRequest', 'NotFound')
  revoke(
    @Param('id') id: string,
    @Caller() caller: KeyManager,
    @CallSource() by: AuditSource,
  ): Promise<void> {
    return this.apiKeys.revoke(id, ownerOf(caller), by);
  }
}

function ownerOf(caller: KeyManager): ApiKeyOwner {
  return caller.kind === 'browser' ? caller.did : undefined;
}
