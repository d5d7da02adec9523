import { isValidDid, isValidHandle } from '@atproto/syntax';
import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CallSource } from '../../access/call-source.decorator.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { sessionReasons, sessionStatuses } from '../../database/tables/oauth-session.ts';
import { SessionId } from '../../database/tables/id.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { ApiErrors } from '../../http/errors/api-errors.decorator.ts';
import { toOpenApiSchema } from '../../http/schemas/openapi-schema.ts';
import { booleanParameter, QueryOf } from '../../http/schemas/query-of.decorator.ts';
import type { RefreshResult } from '../refresh/refresh-result.ts';
import { SessionListing } from './session-listing.service.ts';
import { SessionOperations, type Validity } from './session-operations.service.ts';
import { sessionView, type SessionView } from './session-view.ts';

const listQuery = z.object({
  did: z.string().refine(isValidDid, 'must be a DID').optional(),
  handle: z
    .string()
    .refine(isValidHandle, 'must be a handle, such as alice.bsky.social')
    .meta({ maxLength: 253 })
    .optional()
    .describe('resolved now; if no session is found, of accounts that had it when they were granted'),
  status: z.enum(sessionStatuses).optional(),
  troubled: booleanParameter
    .optional()
    .describe('sessions whose refresh fails or is in doubt, or that are in check'),
  cursor: SessionId.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

const sessionPage = z.object({ sessions: z.array(sessionView), cursor: z.string().optional() });
const refreshResult = z.object({
  kind: z.enum(['refreshed', 'skipped', 'failed']),
  error: z.string().optional(),
  until: z.iso.datetime().optional().describe('nothing is tried before this time'),
});
const validity = z.object({
  status: z.enum(['active', 'needs_reauth', 'unreachable']),
  reason: z.enum(sessionReasons).nullable().optional(),
});

@ApiTags('sessions')
@ApiSecurity('operator')
@ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden')
@Controller('api/sessions')
export class SessionsController {
  constructor(
    private readonly sessionOperations: SessionOperations,
    private readonly sessionListing: SessionListing,
  ) {}

  @Get()
  @Allow('operator')
  @ApiOperation({ operationId: 'listSessions', summary: 'The stored sessions, page by page' })
  @ApiOkResponse({ description: 'A page of sessions.', schema: toOpenApiSchema(sessionPage) })
  @ApiErrors('InvalidRequest')
  async list(@QueryOf(listQuery) query: z.infer<typeof listQuery>): Promise<z.infer<typeof sessionPage>> {
    return this.sessionListing.list(query);
  }

  @Get(':id')
  @Allow('operator')
  @ApiOperation({ operationId: 'getSession', summary: 'One session' })
  @ApiOkResponse({ description: 'The session.', schema: toOpenApiSchema(sessionView) })
  @ApiErrors('NotFound')
  async get(@Param('id') id: string): Promise<SessionView> {
    return this.sessionListing.view(await this.sessionOperations.get(id));
  }

  @Delete(':id')
  @HttpCode(204)
  @Allow('operator')
  @ApiOperation({ operationId: 'revokeSession', summary: 'End a session, and revoke it at its issuer' })
  @ApiNoContentResponse({ description: 'The session is ended, and revoked at its issuer.' })
  @ApiErrors('NotFound')
  revoke(@Param('id') id: string, @CallSource() by: AuditSource): Promise<void> {
    return this.sessionOperations.revoke(id, by);
  }

  @Post(':id/refresh')
  @HttpCode(200)
  @Allow('operator')
  @ApiOperation({ operationId: 'refreshSession', summary: 'Refresh a session now, whatever policy says' })
  @ApiOkResponse({ description: 'What became of it.', schema: toOpenApiSchema(refreshResult) })
  @ApiErrors('NotFound')
  async refresh(
    @Param('id') id: string,
    @CallSource() by: AuditSource,
  ): Promise<z.infer<typeof refreshResult>> {
    return toRefreshView(await this.sessionOperations.refresh(id, by));
  }

  @Post(':id/validate')
  @HttpCode(200)
  @Allow('operator')
  @ApiOperation({ operationId: 'validateSession', summary: 'Ask the PDS whether a session works' })
  @ApiOkResponse({ description: 'Whether the PDS takes it.', schema: toOpenApiSchema(validity) })
  @ApiErrors('NotFound')
  validate(@Param('id') id: string): Promise<Validity> {
    return this.sessionOperations.validate(id);
  }
}

function toRefreshView(result: RefreshResult): z.infer<typeof refreshResult> {
  if (result.kind !== 'skipped') return result;
  return { kind: 'skipped', ...(result.until && { until: result.until.toISOString() }) };
}
