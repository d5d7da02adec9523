import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CallSource } from '../../../access/call-source.decorator.ts';
import { Caller } from '../../../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import type { AuditSource } from '../../../audit/audit-event.ts';
import { Config } from '../../../config/config.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { sessionLifeMs } from '../../../sessions/endings/owner-deadline.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AccountErrorFilter } from '../frame/account-error.filter.ts';
import { KeySecretPage } from '../keys/key-secret-page.tsx';
import { NewKeyErrorFilter } from './new-key-error.filter.ts';
import {
  accessOf,
  chosenOf,
  DEFAULT_END,
  keyAccesses,
  keyEnds,
  type NewKeyForm,
  newKeyForm,
} from './new-key-form.ts';
import { newKeyFields, NewKeyPage } from './new-key-page.tsx';
import { OwnKeyRequests } from './own-key-requests.service.ts';
import { OwnRequestCookie } from './own-request-cookie.service.ts';

const shown = z.string().max(64).optional().catch(undefined);
const query = z.looseObject({
  name: shown,
  problem: shown,
  field: z.enum(newKeyFields).optional().catch(undefined),
  access: z.enum(keyAccesses).optional().catch(undefined),
  ends: z.enum(keyEnds).catch(DEFAULT_END).default(DEFAULT_END),
  date: shown,
});
const claimForm = z.object({ code: z.string().max(64) });

/** The form of a new key, the request that it makes, and the page that shows the secret. */
@ApiExcludeController()
@Controller('account')
@UseFilters(AccountErrorFilter)
export class NewKeyController {
  constructor(
    private readonly config: Config,
    private readonly ownKeyRequests: OwnKeyRequests,
    private readonly ownRequestCookie: OwnRequestCookie,
    private readonly pages: Pages,
  ) {}

  @Get('keys/new')
  @AllowOnPages('browser')
  form(@Query(new ZodPipe(query)) asked: z.infer<typeof query>, @Res() reply: FastifyReply): void {
    const { offer } = this.ownKeyRequests;
    const { client } = this.config;
    const { name, problem, field: wrong, ends, date } = asked;
    const view = {
      ...{ name, problem, wrong, ends, date, offer },
      access: accessOf(asked, offer),
      chosen: chosenOf(asked, offer.permissions),
      sessionLifeMs: sessionLifeMs(client),
      isLoopback: client.kind === 'loopback',
      now: new Date(),
    };
    this.pages.send(reply, NewKeyPage({ ...this.pages.frame, ...view }));
  }

  @Post('keys')
  @AllowOnPages('browser')
  @UseFilters(NewKeyErrorFilter)
  async create(
    @Body(new ZodPipe(newKeyForm)) form: NewKeyForm,
    @Caller() caller: BrowserPrincipal,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const created = await this.ownKeyRequests.create(form, caller, by);
    this.ownRequestCookie.set(reply, created);
    void reply.redirect(`${this.config.basePath}/connect/${created.id}`, 303);
  }

  @Post('key-requests/:id/claim')
  @HttpCode(200)
  @AllowOnPages('browser')
  async claim(
    @Param('id') id: string,
    @Body(new ZodPipe(claimForm)) { code }: z.infer<typeof claimForm>,
    @Caller() caller: BrowserPrincipal,
    @CallSource() by: AuditSource,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const tempToken = this.ownRequestCookie.tokenFor(id, request);
    const issued = await this.ownKeyRequests.claim(id, { tempToken, code }, caller, by);
    this.ownRequestCookie.clear(reply);
    this.pages.send(reply, KeySecretPage({ ...this.pages.frame, baseUrl: this.config.baseUrl, issued }));
  }
}
