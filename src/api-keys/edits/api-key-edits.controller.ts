import { Controller, Delete, HttpCode, Param, Patch } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CallSource } from '../../access/call-source.decorator.ts';
import { Caller } from '../../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../../access/principal.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { ApiErrors } from '../../http/errors/api-errors.decorator.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { BodyOf } from '../../http/schemas/body-of.decorator.ts';
import { toOpenApiSchema } from '../../http/schemas/openapi-schema.ts';
import { type ApiKeyView, apiKeyView, toApiKeyView } from '../keys/api-key-view.ts';
import { ApiKeyEdits } from './api-key-edits.service.ts';
import { keyName } from './key-name.ts';

const renaming = z.object({ name: keyName.describe('the new name, such as Weather bot') });

@ApiTags('keys')
@ApiSecurity('browser')
@ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden', 'SessionSuspended', 'DatabaseUnavailable')
@Controller('api/keys')
export class ApiKeyEditsController {
  constructor(private readonly apiKeyEdits: ApiKeyEdits) {}

  @Patch(':id')
  @Allow('browser')
  @ApiOperation({ operationId: 'renameKey', summary: 'Rename a key' })
  @ApiOkResponse({ description: 'The key with its new name.', schema: toOpenApiSchema(apiKeyView) })
  @ApiErrors('InvalidRequest', 'CrossSiteRequest', 'NotFound', 'ApiKeyEnded', 'ApiKeyChanged')
  async rename(
    @Param('id') id: string,
    @BodyOf(renaming) { name }: z.infer<typeof renaming>,
    @Caller() { did }: BrowserPrincipal,
    @CallSource() by: AuditSource,
  ): Promise<ApiKeyView> {
    return toApiKeyView(await this.apiKeyEdits.rename(id, did, name, by));
  }

  @Delete(':id/previous-secret')
  @HttpCode(204)
  @Allow('browser')
  @ApiOperation({
    operationId: 'endPreviousSecret',
    summary: 'End the grace of the last rotation',
    description:
      'The secret before the last rotation stops at once, at other instances within five seconds. The current secret goes on working. Without a grace nothing changes.',
  })
  @ApiNoContentResponse({ description: 'The previous secret does not work.' })
  @ApiErrors('CrossSiteRequest', 'NotFound', 'ApiKeyChanged')
  endPreviousSecret(
    @Param('id') id: string,
    @Caller() { did }: BrowserPrincipal,
    @CallSource() by: AuditSource,
  ): Promise<void> {
    return this.apiKeyEdits.endPreviousSecret(id, did, by);
  }
}
