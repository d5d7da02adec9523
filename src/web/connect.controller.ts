import { Controller, Get, HttpCode, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallSource } from '../access/call-source.decorator.ts';
import { KeyRequests } from '../api-keys/key-requests.service.ts';
import type { AuditSource } from '../audit/audit-event.ts';
import { Config } from '../config/config.ts';
import { Allow } from '../http/allow.decorator.ts';
import { requireNoForeignPage } from '../http/own-pages.ts';
import { LoginCookies } from '../login/login-cookies.ts';
import { LoginService } from '../login/login.service.ts';
import { ConnectErrorFilter } from './connect-error.filter.ts';
import { ConnectNotice } from './connect-notice.tsx';
import { ConnectPage } from './connect-page.tsx';
import { sendPage } from './render-page.ts';

/** The page where the owner of an account answers a key request; who has the link may look, and deny. */
@ApiExcludeController()
@Controller('connect')
@UseFilters(ConnectErrorFilter)
export class ConnectController {
  constructor(
    private readonly config: Config,
    private readonly keyRequests: KeyRequests,
    private readonly login: LoginService,
    private readonly cookies: LoginCookies,
  ) {}

  @Get(':id')
  @Allow('anyone')
  async page(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    sendPage(reply, ConnectPage({ ...this.frame(), request: await this.keyRequests.getOpen(id) }));
  }

  @Post(':id/approve')
  @Allow('anyone')
  async approve(
    @Param('id') id: string,
    @CallSource() by: AuditSource,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.requireOwnPage(request);
    const binding = this.cookies.bind(request, reply);
    const url = await this.login.beginKeyRequest(id, binding, by);
    void reply.redirect(url.href, 303);
  }

  @Post(':id/deny')
  @HttpCode(200)
  @Allow('anyone')
  async deny(
    @Param('id') id: string,
    @CallSource() by: AuditSource,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.requireOwnPage(request);
    await this.keyRequests.deny(id, by);
    const text = 'Nobody gets this key. You can close this page.';
    sendPage(reply, ConnectNotice({ ...this.frame(), heading: 'You denied it', text }));
  }

  /** No other site, a listed one neither, answers for a person. */
  private requireOwnPage({ headers }: FastifyRequest): void {
    requireNoForeignPage(headers, [this.config.publicUrl.origin]);
  }

  private frame(): { basePath: string; brokerName: string } {
    return { basePath: this.config.basePath, brokerName: this.config.clientProfile.name };
  }
}
