import { Controller, Param, Post, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CallSource } from '../../../access/call-source.decorator.ts';
import { Caller } from '../../../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import type { AuditSource } from '../../../audit/audit-event.ts';
import { Config } from '../../../config/config.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { OwnUiSessions } from '../../../ui-sessions/own-ui-sessions.service.ts';
import { AccountErrorFilter } from '../frame/account-error.filter.ts';

/** Signs browsers of the account out. */
@ApiExcludeController()
@Controller('account/browsers')
@UseFilters(AccountErrorFilter)
export class BrowsersController {
  constructor(
    private readonly config: Config,
    private readonly ownUiSessions: OwnUiSessions,
  ) {}

  @Post(':id/end')
  @AllowOnPages('browser')
  async endBrowser(
    @Param('id') id: string,
    @Caller() caller: BrowserPrincipal,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.ownUiSessions.endUiSession(id, caller, by);
    this.back('browser-ended', reply);
  }

  @Post('end-others')
  @AllowOnPages('browser')
  async endOtherBrowsers(
    @Caller() caller: BrowserPrincipal,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.ownUiSessions.endOtherUiSessions(caller, by);
    this.back('browsers-ended', reply);
  }

  private back(done: string, reply: FastifyReply): void {
    void reply.redirect(`${this.config.basePath}/account?done=${done}`, 303);
  }
}
