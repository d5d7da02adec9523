import { Controller, Get, Param, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallSource } from '../../../access/call-source.decorator.ts';
import { Caller } from '../../../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import type { AuditSource } from '../../../audit/audit-event.ts';
import { Config } from '../../../config/config.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AccountErrorFilter } from '../frame/account-error.filter.ts';
import { KeySecretPage } from '../secrets/key-secret-page.tsx';
import { SeenKeyPage } from '../secrets/seen-key-page.tsx';
import { OtherAccountPage } from './other-account-page.tsx';
import { OwnKeyRequests } from './own-key-requests.service.ts';
import { OwnRequestCookie } from './own-request-cookie.service.ts';

/** The page of a key that an owner made in this browser. It shows the key once, and afterwards says so. */
@ApiExcludeController()
@Controller('account/key-requests')
@UseFilters(AccountErrorFilter)
export class OwnKeyController {
  constructor(
    private readonly config: Config,
    private readonly ownKeyRequests: OwnKeyRequests,
    private readonly ownRequestCookie: OwnRequestCookie,
    private readonly pages: Pages,
  ) {}

  @Get(':id')
  @AllowOnPages('browser')
  async page(
    @Param('id') id: string,
    @Caller() caller: BrowserPrincipal,
    @CallSource() by: AuditSource,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { basePath, baseUrl } = this.config;
    // Only a GET may claim the key.
    if (request.method === 'HEAD') return void reply.redirect(`${basePath}/account`, 303);
    const own = this.ownRequestCookie.find(id, request);
    const result = await this.ownKeyRequests.claim(id, own, caller, by);
    const { frame } = this.pages;
    switch (result.kind) {
      case 'claimed':
        this.ownRequestCookie.clear(reply);
        this.pages.send(reply, KeySecretPage({ ...frame, baseUrl, issued: result.issued }));
        return;
      case 'seen':
        this.pages.send(reply.code(410), SeenKeyPage({ ...frame, id: result.apiKeyId }));
        return;
      case 'other-account':
        this.pages.send(reply.code(403), OtherAccountPage({ ...frame, ...result, id }));
        return;
      case 'open':
        void reply.redirect(`${basePath}/connect/${id}`, 303);
    }
  }
}
