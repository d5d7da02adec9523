import { Controller, Get, Param, Post, Query, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ApiKeyId, UiSessionId } from '../../database/tables/id.ts';
import { CallSource } from '../../access/call-source.decorator.ts';
import { Caller } from '../../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../../access/principal.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { Config } from '../../config/config.ts';
import { AllowOnPages } from '../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../http/edge/zod.pipe.ts';
import { OwnUiSessions } from '../../ui-sessions/own-ui-sessions.service.ts';
import { Pages } from '../frame/pages.service.ts';
import { AccountErrorFilter } from './account-error.filter.ts';
import { AccountOverview } from './account-overview.service.ts';
import { AccountPage } from './account-page.tsx';

const shown = z.string().max(64).optional().catch(undefined);
const query = z.object({
  done: shown,
  problem: shown,
  browsers: UiSessionId.optional().catch(undefined),
  keys: ApiKeyId.optional().catch(undefined),
});

/** The account's own page, and the browsers that are signed in to it. */
@ApiExcludeController()
@Controller('account')
@UseFilters(AccountErrorFilter)
export class AccountController {
  constructor(
    private readonly config: Config,
    private readonly accountOverview: AccountOverview,
    private readonly ownUiSessions: OwnUiSessions,
    private readonly pages: Pages,
  ) {}

  @Get()
  @AllowOnPages('browser')
  async page(
    @Query(new ZodPipe(query)) { done, problem, browsers, keys }: z.infer<typeof query>,
    @Caller() caller: BrowserPrincipal,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const overview = await this.accountOverview.read(caller, { browsers, keys });
    this.pages.send(reply, AccountPage({ ...this.pages.frame, ...overview, done, problem }));
  }

  @Post('browsers/:id/end')
  @AllowOnPages('browser')
  async endBrowser(
    @Param('id') id: string,
    @Caller() caller: BrowserPrincipal,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.ownUiSessions.end(id, caller, by);
    this.back('browser-ended', reply);
  }

  @Post('browsers/end-others')
  @AllowOnPages('browser')
  async endOtherBrowsers(
    @Caller() caller: BrowserPrincipal,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.ownUiSessions.endOthers(caller, by);
    this.back('browsers-ended', reply);
  }

  private back(done: string, reply: FastifyReply): void {
    void reply.redirect(`${this.config.basePath}/account?done=${done}`, 303);
  }
}
