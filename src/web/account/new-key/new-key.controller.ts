import { Body, Controller, Get, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CallSource } from '../../../access/call-source.decorator.ts';
import { Caller } from '../../../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import type { AuditSource } from '../../../audit/audit-event.ts';
import { Config } from '../../../config/config.ts';
import { BrokerError } from '../../../errors/broker-error.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { sessionLifeMs } from '../../../sessions/endings/owner-deadline.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AccountErrorFilter } from '../frame/account-error.filter.ts';
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
import { OwnKeyAuthorizations } from './own-key-authorizations.service.ts';
import { OwnKeyRequests } from './own-key-requests.service.ts';

const shown = z.string().max(64).optional().catch(undefined);
const query = z.looseObject({
  name: shown,
  problem: shown,
  field: z.enum(newKeyFields).optional().catch(undefined),
  access: z.enum(keyAccesses).optional().catch(undefined),
  ends: z.enum(keyEnds).catch(DEFAULT_END).default(DEFAULT_END),
  date: shown,
});

/** The form of a new key, and the request that it makes. */
@ApiExcludeController()
@Controller('account')
@UseFilters(AccountErrorFilter)
export class NewKeyController {
  constructor(
    private readonly config: Config,
    private readonly ownKeyRequests: OwnKeyRequests,
    private readonly ownKeyAuthorizations: OwnKeyAuthorizations,
    private readonly pages: Pages,
  ) {}

  @Get('keys/new')
  @AllowOnPages('browser')
  form(
    @Query(new ZodPipe(query)) asked: z.infer<typeof query>,
    @Caller() { did }: BrowserPrincipal,
    @Res() reply: FastifyReply,
  ): void {
    const { offer } = this.ownKeyRequests;
    const { client } = this.config;
    const { name, problem, field: wrong, ends, date } = asked;
    const view = {
      ...{ did, name, problem, wrong, ends, date, offer },
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
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireSameAccount(form, caller);
    const url = await this.ownKeyAuthorizations.begin(form, { caller, by }, request, reply);
    void reply.redirect(url.href, 303);
  }
}

/** @throws BrokerError `WrongAccount` if the browser has signed in to another account since it opened the form */
function requireSameAccount({ account }: NewKeyForm, { did }: BrowserPrincipal): void {
  if (account === undefined || account === did) return;
  throw new BrokerError('WrongAccount', 'This browser has signed in to another account meanwhile.');
}
