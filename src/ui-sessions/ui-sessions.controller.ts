import { Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { UiSessionId } from '../database/tables/id.ts';
import { CallSource } from '../access/call-source.decorator.ts';
import { Caller } from '../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../access/principal.ts';
import type { AuditSource } from '../audit/audit-event.ts';
import { Allow } from '../http/origins/allow.decorator.ts';
import { ApiErrors } from '../http/errors/api-errors.decorator.ts';
import { toOpenApiSchema } from '../http/schemas/openapi-schema.ts';
import { QueryOf } from '../http/schemas/query-of.decorator.ts';
import { OwnUiSessions } from './own-ui-sessions.service.ts';
import { toUiSessionView, uiSessionView } from './ui-session-view.ts';

const listQuery = z.object({
  cursor: UiSessionId.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

const endQuery = z.object({ others: z.literal('true') });

const uiSessionPage = z.object({ uiSessions: z.array(uiSessionView), cursor: z.string().optional() });
const endedCount = z.object({ ended: z.int() });

/** The browsers that are signed in to the caller's account. */
@ApiTags('browser sessions')
@ApiSecurity('browser')
@ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden', 'SessionSuspended', 'DatabaseUnavailable')
@Controller('api/ui-sessions')
export class UiSessionsController {
  constructor(private readonly ownUiSessions: OwnUiSessions) {}

  @Get()
  @Allow('browser')
  @ApiOperation({
    operationId: 'listUiSessions',
    summary: "The browsers that are signed in to one's own account",
  })
  @ApiOkResponse({ description: 'A page of browser sessions.', schema: toOpenApiSchema(uiSessionPage) })
  @ApiErrors('InvalidRequest')
  async list(
    @QueryOf(listQuery) page: z.infer<typeof listQuery>,
    @Caller() { did, uiSessionId }: BrowserPrincipal,
  ): Promise<z.infer<typeof uiSessionPage>> {
    const { uiSessions, ...next } = await this.ownUiSessions.list(did, page);
    return { uiSessions: uiSessions.map(found => toUiSessionView(found, uiSessionId)), ...next };
  }

  @Delete(':id')
  @HttpCode(204)
  @Allow('browser')
  @ApiOperation({
    operationId: 'endUiSession',
    summary: 'Sign a browser out, and revoke the session behind it',
  })
  @ApiNoContentResponse({ description: 'Its cookie opens nothing any more.' })
  @ApiErrors('CrossSiteRequest', 'NotFound')
  end(
    @Param('id') id: string,
    @Caller() caller: BrowserPrincipal,
    @CallSource() by: AuditSource,
  ): Promise<void> {
    return this.ownUiSessions.endUiSession(id, caller, by);
  }

  @Delete()
  @HttpCode(200)
  @Allow('browser')
  @ApiOperation({
    operationId: 'endOtherUiSessions',
    summary: 'Sign every other browser out of the account',
  })
  @ApiOkResponse({ description: 'How many were signed out.', schema: toOpenApiSchema(endedCount) })
  @ApiErrors('InvalidRequest', 'CrossSiteRequest')
  async endOthers(
    @QueryOf(endQuery) _query: z.infer<typeof endQuery>,
    @Caller() caller: BrowserPrincipal,
    @CallSource() by: AuditSource,
  ): Promise<z.infer<typeof endedCount>> {
    return { ended: await this.ownUiSessions.endOtherUiSessions(caller, by) };
  }
}
