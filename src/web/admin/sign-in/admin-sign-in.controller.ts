import { Body, Controller, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CallSource } from '../../../access/call-source.decorator.ts';
import { Caller } from '../../../access/caller.decorator.ts';
import type { OperatorBrowserPrincipal } from '../../../access/principal.ts';
import type { AuditSource } from '../../../audit/audit-event.ts';
import { Config } from '../../../config/config.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { OperatorCookie } from '../../../operator-sessions/operator-cookie.service.ts';
import { OperatorSessions } from '../../../operator-sessions/operator-sessions.service.ts';
import { AdminErrorFilter } from '../frame/admin-error.filter.ts';

const signInForm = z.object({ token: z.string().max(4096) });

/** Signs the operator in and out. */
@ApiExcludeController()
@Controller('admin')
@UseFilters(AdminErrorFilter)
export class AdminSignInController {
  constructor(
    private readonly config: Config,
    private readonly operatorSessions: OperatorSessions,
    private readonly operatorCookie: OperatorCookie,
  ) {}

  @Post('sign-in')
  @AllowOnPages('anyone')
  async signIn(
    @Body(new ZodPipe(signInForm)) { token }: z.infer<typeof signInForm>,
    @Req() { ip }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { cookie, expiresAt } = await this.operatorSessions.signIn(token, ip);
    this.operatorCookie.set(reply, cookie, expiresAt);
    void reply.redirect(`${this.config.basePath}/admin`, 303);
  }

  @Post('sign-out')
  @AllowOnPages('operator-browser')
  async signOut(
    @Caller() { operatorSessionId }: OperatorBrowserPrincipal,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.operatorSessions.signOut(operatorSessionId, by);
    this.operatorCookie.clear(reply);
    void reply.redirect(`${this.config.basePath}/admin`, 303);
  }
}
