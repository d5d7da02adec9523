import { isValidDid } from '@atproto/syntax';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { auditActions } from '../../audit/audit-action.ts';
import { auditEventView } from '../../audit/audit-event-view.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { auditCursor } from '../../audit/audit-query.ts';
import { Allow } from '../origins/allow.decorator.ts';
import { ApiErrors } from '../errors/api-errors.decorator.ts';
import { toOpenApiSchema } from '../schemas/openapi-schema.ts';
import { QueryOf } from '../schemas/query-of.decorator.ts';

const listQuery = z.object({
  action: z.enum(auditActions).optional(),
  did: z.string().refine(isValidDid, 'must be a DID, such as did:plc:z72i7hdynmk6r22z27h6tvur').optional(),
  targetId: z
    .string()
    .regex(/^[\x21-\x7e]{1,256}$/, 'must be an id of 1 to 256 visible ASCII characters')
    .optional(),
  cursor: auditCursor.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const auditEventPage = z.object({ auditEvents: z.array(auditEventView), cursor: z.string().optional() });

/** Lists for the operator what was done, and by whom. */
@ApiTags('audit events')
@ApiSecurity('operator')
@ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden')
@Controller('api/audit-events')
export class AuditEventsController {
  constructor(private readonly auditLog: AuditLog) {}

  @Get()
  @Allow('operator')
  @ApiOperation({ operationId: 'listAuditEvents', summary: 'Who did what, newest first, page by page' })
  @ApiOkResponse({ description: 'A page of audit events.', schema: toOpenApiSchema(auditEventPage) })
  @ApiErrors('InvalidRequest')
  list(@QueryOf(listQuery) query: z.infer<typeof listQuery>): Promise<z.infer<typeof auditEventPage>> {
    return this.auditLog.list(query);
  }
}
