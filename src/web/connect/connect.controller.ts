import { Controller, Get, HttpCode, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CallSource } from '../../access/call-source.decorator.ts';
import { KeyRequests } from '../../api-keys/requests/key-requests.service.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { Config } from '../../config/config.ts';
import { AllowOnPages } from '../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../http/schemas/zod.pipe.ts';
import { sessionLifeMs } from '../../sessions/endings/owner-deadline.ts';
import { LoginCookies } from '../../login/login-cookies.service.ts';
import { Logins } from '../../login/logins.service.ts';
import { OwnRequestCookie } from '../account/new-key/own-request-cookie.service.ts';
import { AuthorizationLimits } from '../../oauth/authorization/authorization-limits.service.ts';
import { Pages } from '../frame/pages.service.ts';
import { connectTexts as texts } from '../texts/connect.ts';
import { ClaimCodeCookie } from './claim-code-cookie.service.ts';
import { ConnectErrorFilter } from './connect-error.filter.ts';
import { ConnectNotice } from './connect-notice.tsx';
import { ConnectPage } from './connect-page.tsx';
import { decideReaderNetwork } from './reader-network.ts';

const query = z.object({ problem: z.string().max(64).optional().catch(undefined) });

/** The page where the owner of an account answers a key request. Anyone with the link may read and deny it. */
@ApiExcludeController()
@Controller('connect')
@UseFilters(ConnectErrorFilter)
export class ConnectController {
  constructor(
    private readonly config: Config,
    private readonly keyRequests: KeyRequests,
    private readonly logins: Logins,
    private readonly loginCookies: LoginCookies,
    private readonly ownRequestCookie: OwnRequestCookie,
    private readonly claimCodeCookie: ClaimCodeCookie,
    private readonly pages: Pages,
    private readonly authorizationLimits: AuthorizationLimits,
  ) {}

  @Get(':id')
  @AllowOnPages('anyone')
  async page(
    @Param('id') id: string,
    @Query(new ZodPipe(query)) { problem }: z.infer<typeof query>,
    @Req() browser: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const request = await this.keyRequests.getOpen(id);
    const isOwn = this.ownRequestCookie.find(id, browser) !== undefined;
    const hasCode = this.claimCodeCookie.codeOf(request.id, browser) !== undefined;
    const network = decideReaderNetwork(request.askedFrom, browser.ip, this.config);
    const needsOwnerBy = new Date(Date.now() + sessionLifeMs(this.config.client));
    const view = { request, isOwn, hasCode, network, needsOwnerBy, problem };
    this.pages.send(reply, ConnectPage({ ...this.pages.frame, ...view }));
  }

  @Post(':id/approve')
  @AllowOnPages('anyone')
  async approve(
    @Param('id') id: string,
    @CallSource() by: AuditSource,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.authorizationLimits.countBegun(request.ip);
    const binding = this.loginCookies.bindBrowser(request, reply);
    const url = await this.logins.beginKeyAuthorization(id, binding, by);
    void reply.redirect(url.href, 303);
  }

  @Post(':id/deny')
  @HttpCode(200)
  @AllowOnPages('anyone')
  async deny(
    @Param('id') id: string,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.keyRequests.deny(id, by);
    const notice = { heading: texts.denied, text: texts.deniedText, tone: 'refused' } as const;
    this.pages.send(reply, ConnectNotice({ ...this.pages.frame, ...notice }));
  }
}
