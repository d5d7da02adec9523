import { Controller, Get, Ip, Param, Post, Query, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CallSource } from '../../../access/call-source.decorator.ts';
import { clientNetworkOf } from '../../../api-keys/usage/client-network.ts';
import type { AuditSource } from '../../../audit/audit-event.ts';
import { Config } from '../../../config/config.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { SessionListing } from '../../../sessions/operator/session-listing.service.ts';
import { SessionOperations } from '../../../sessions/operator/session-operations.service.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AdminErrorFilter } from '../frame/admin-error.filter.ts';
import { ConfirmPage, type SessionStep } from './confirm-page.tsx';
import { SessionKeyUses } from './session-key-uses.service.ts';
import { SessionPage } from './session-page.tsx';
import { isSessionId, sessionSearch, type SessionSearch, toSessionQuery } from './session-search.ts';
import { SessionsPage } from './sessions-page.tsx';

const SHOWN = 50;
const shown = z.object({ done: z.string().max(64).optional().catch(undefined) });

/** Lets the operator find, view, refresh and revoke sessions. */
@ApiExcludeController()
@Controller('admin/sessions')
@UseFilters(AdminErrorFilter)
export class AdminSessionsController {
  constructor(
    private readonly config: Config,
    private readonly sessionOperations: SessionOperations,
    private readonly sessionListing: SessionListing,
    private readonly sessionKeyUses: SessionKeyUses,
    private readonly pages: Pages,
  ) {}

  @Get()
  @AllowOnPages('operator-browser')
  async list(
    @Query(new ZodPipe(sessionSearch)) search: SessionSearch,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (isSessionId(search.q)) return void reply.redirect(this.pathOf(search.q), 303);
    const { sessions, cursor } = await this.sessionListing.list({
      ...toSessionQuery(search),
      limit: SHOWN,
    });
    const { q, status } = search;
    const view = { ...this.pages.frame, sessions, cursor, q, status };
    this.pages.send(reply, SessionsPage(view));
  }

  @Get(':id')
  @AllowOnPages('operator-browser')
  async session(
    @Param('id') id: string,
    @Query(new ZodPipe(shown)) { done }: z.infer<typeof shown>,
    @Ip() from: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const found = await this.sessionOperations.get(id);
    const session = await this.sessionListing.view(found);
    const keyUses = await this.sessionKeyUses.list(found, clientNetworkOf(from));
    this.pages.send(reply, SessionPage({ ...this.pages.frame, session, keyUses, done }));
  }

  @Get(':id/refresh')
  @AllowOnPages('operator-browser')
  async confirmRefresh(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    await this.confirm(id, 'refresh', reply);
  }

  @Get(':id/revoke')
  @AllowOnPages('operator-browser')
  async confirmRevoke(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    await this.confirm(id, 'revoke', reply);
  }

  @Post(':id/refresh')
  @AllowOnPages('operator-browser')
  async refresh(
    @Param('id') id: string,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { kind } = await this.sessionOperations.refresh(id, by);
    this.back(id, kind, reply);
  }

  @Post(':id/revoke')
  @AllowOnPages('operator-browser')
  async revoke(
    @Param('id') id: string,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.sessionOperations.revoke(id, by);
    this.back(id, 'revoked', reply);
  }

  private async confirm(id: string, step: SessionStep, reply: FastifyReply): Promise<void> {
    const session = await this.sessionListing.view(await this.sessionOperations.get(id));
    this.pages.send(reply, ConfirmPage({ ...this.pages.frame, session, step }));
  }

  private back(id: string, done: string, reply: FastifyReply): void {
    void reply.redirect(`${this.pathOf(id)}?done=${done}`, 303);
  }

  private pathOf(id: string): string {
    return `${this.config.basePath}/admin/sessions/${id}`;
  }
}
