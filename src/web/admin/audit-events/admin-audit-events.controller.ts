import { isValidDid } from '@atproto/syntax';
import { Controller, Get, Query, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { auditActions } from '../../../audit/audit-action.ts';
import { AuditLog } from '../../../audit/audit-log.service.ts';
import { auditCursor } from '../../../audit/audit-query.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AdminErrorFilter } from '../frame/admin-error.filter.ts';
import { AuditEventsPage } from './audit-events-page.tsx';

const SHOWN = 50;

/** Invalid filters are ignored, so that the operator always gets the page. */
const query = z.object({
  action: z.enum(auditActions).optional().catch(undefined),
  did: z.string().trim().refine(isValidDid).optional().catch(undefined),
  target: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]{1,256}$/)
    .optional()
    .catch(undefined),
  cursor: auditCursor.optional().catch(undefined),
});

/** The page of audit events. */
@ApiExcludeController()
@Controller('admin/audit-events')
@UseFilters(AdminErrorFilter)
export class AdminAuditEventsController {
  constructor(
    private readonly auditLog: AuditLog,
    private readonly pages: Pages,
  ) {}

  @Get()
  @AllowOnPages('operator-browser')
  async list(
    @Query(new ZodPipe(query)) { cursor, ...filter }: z.infer<typeof query>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { action, did, target: targetId } = filter;
    const page = await this.auditLog.list({ action, did, targetId, cursor, limit: SHOWN });
    const view = { ...this.pages.frame, filter, events: page.auditEvents, cursor: page.cursor };
    this.pages.send(reply, AuditEventsPage(view));
  }
}
