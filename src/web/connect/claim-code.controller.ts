import { Controller, Get, Param, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KeyRequests } from '../../api-keys/requests/key-requests.service.ts';
import { Config } from '../../config/config.ts';
import { AllowOnPages } from '../../http/origins/allow.decorator.ts';
import { Pages } from '../frame/pages.service.ts';
import { connectTexts as texts } from '../texts/connect.ts';
import { ClaimCodeCookie } from './claim-code-cookie.service.ts';
import { ClaimCodeView } from './claim-code-view.tsx';
import { ConnectErrorFilter } from './connect-error.filter.ts';
import { ConnectNotice } from './connect-notice.tsx';

/** The page of a claim code, for the browser that authorized the key. It can be loaded again until the key is claimed. */
@ApiExcludeController()
@Controller('connect')
@UseFilters(ConnectErrorFilter)
export class ClaimCodeController {
  constructor(
    private readonly config: Config,
    private readonly keyRequests: KeyRequests,
    private readonly claimCodeCookie: ClaimCodeCookie,
    private readonly pages: Pages,
  ) {}

  @Get(':id/code')
  @AllowOnPages('anyone')
  async page(
    @Param('id') id: string,
    @Req() browser: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { frame } = this.pages;
    const request = await this.keyRequests.get(id);
    const code = this.claimCodeCookie.codeOf(request.id, browser);
    if (request.status === 'claimed' && code !== undefined) {
      const notice = { heading: texts.claimedTitle, text: texts.claimed(request.name) };
      this.pages.send(reply, ConnectNotice({ ...frame, ...notice }), 'no-referrer');
      return;
    }
    const { name, status, expiresAt } = await this.keyRequests.getOpen(id);
    if (status === 'pending')
      return void reply.redirect(`${this.config.basePath}/connect/${request.id}`, 303);
    if (code === undefined) {
      const notice = { heading: texts.codeTitle, text: texts.codeElsewhere, tone: 'info' } as const;
      this.pages.send(reply.code(404), ConnectNotice({ ...frame, ...notice }));
      return;
    }
    this.pages.send(reply, ClaimCodeView({ ...frame, name, expiresAt, code }), 'no-referrer');
  }
}
