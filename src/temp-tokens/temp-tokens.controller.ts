import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CallSource } from '../access/call-source.decorator.ts';
import type { AuditSource } from '../audit/audit-event.ts';
import { Allow } from '../http/origins/allow.decorator.ts';
import { ApiErrors } from '../http/errors/api-errors.decorator.ts';
import { toOpenApiSchema } from '../http/schemas/openapi-schema.ts';
import { BodyOf } from '../http/schemas/body-of.decorator.ts';
import { QueryOf } from '../http/schemas/query-of.decorator.ts';
import { TempTokenScopes } from './temp-token-scopes.service.ts';
import { TempTokens } from './temp-tokens.service.ts';

const mintRequest = z.object({
  scope: z.string().meta({ description: 'one of GET /api/temp-tokens/scopes', examples: ['key-request'] }),
  resource: z.string().describe('1 to 128 letters, digits, _ and -'),
  ttlSeconds: z.int().meta({ description: 'from 1 to the longest lifetime of the scope', examples: [600] }),
});

const minted = z.object({
  id: z.string(),
  token: z.string().describe('shown only in this response'),
  expiresAt: z.iso.datetime(),
});

const scopeView = z.object({
  name: z.string(),
  routes: z.array(z.object({ method: z.string(), path: z.string() })).describe('below the base path'),
  resource: z.string().describe("the placeholder of the resource's id"),
  longestSeconds: z.int(),
  singleUse: z.boolean().describe('whether a token authorizes one request only'),
});
const scopeList = z.object({ scopes: z.array(scopeView) });

const resourceQuery = z.object({
  scope: z
    .string()
    .min(1)
    .meta({ examples: ['key-request'] }),
  resource: z.string().min(1),
});
const deleted = z.object({ deleted: z.int() });

type Deleted = z.infer<typeof deleted>;

const deletedResponse = { description: 'The number of deleted tokens.', schema: toOpenApiSchema(deleted) };

@ApiTags('temp tokens')
@ApiSecurity('operator')
@ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden', 'DatabaseUnavailable')
@Controller('api/temp-tokens')
export class TempTokensController {
  constructor(
    private readonly tempTokens: TempTokens,
    private readonly tempTokenScopes: TempTokenScopes,
  ) {}

  @Get('scopes')
  @Allow('operator')
  @ApiOperation({ operationId: 'listTempTokenScopes', summary: 'List the scopes of temp tokens' })
  @ApiOkResponse({ description: 'Every scope.', schema: toOpenApiSchema(scopeList) })
  list(): z.infer<typeof scopeList> {
    return { scopes: this.tempTokenScopes.list().map(scope => ({ ...scope, routes: [...scope.routes] })) };
  }

  @Post()
  @HttpCode(200)
  @Allow('operator')
  @ApiOperation({ operationId: 'mintTempToken', summary: 'Mint a token for one scope and one resource' })
  @ApiOkResponse({ description: 'The token.', schema: toOpenApiSchema(minted) })
  @ApiErrors('InvalidRequest', 'UnknownScope', 'InvalidResource', 'InvalidLifetime', 'TooManyTempTokens')
  async mint(
    @BodyOf(mintRequest) request: z.infer<typeof mintRequest>,
    @CallSource() by: AuditSource,
  ): Promise<z.infer<typeof minted>> {
    const { id, token, expiresAt } = await this.tempTokens.mint({ ...request, by });
    return { id, token, expiresAt: expiresAt.toISOString() };
  }

  @Delete(':id')
  @Allow('operator')
  @ApiOperation({ operationId: 'deleteTempToken', summary: 'Delete one temp token' })
  @ApiOkResponse(deletedResponse)
  async delete(@Param('id') id: string, @CallSource() by: AuditSource): Promise<Deleted> {
    return { deleted: await this.tempTokens.delete(id, by) };
  }

  @Delete()
  @Allow('operator')
  @ApiOperation({
    operationId: 'deleteTempTokensOfResource',
    summary: 'Delete the temp tokens of a resource',
  })
  @ApiOkResponse(deletedResponse)
  @ApiErrors('InvalidRequest')
  async deleteByResource(
    @QueryOf(resourceQuery) { scope, resource }: z.infer<typeof resourceQuery>,
    @CallSource() by: AuditSource,
  ): Promise<Deleted> {
    return { deleted: await this.tempTokens.deleteByResource(scope, resource, undefined, by) };
  }
}
