import { Body, Controller, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Caller } from '../../../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import { Config } from '../../../config/config.ts';
import { SessionId } from '../../../database/tables/id.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { AccountErrorFilter } from '../frame/account-error.filter.ts';
import { MOST_AT_ONCE } from './lost-keys.tsx';
import { NamedReconnections, type NextStep } from './named-reconnections.service.ts';

const naming = z.object({
  sessions: z
    .string()
    .max(1024)
    .transform(text => text.split(','))
    .pipe(z.array(SessionId).max(MOST_AT_ONCE)),
});

/** Reconnects several keys of an account in one go. */
@ApiExcludeController()
@Controller('account/keys/reconnect')
@UseFilters(AccountErrorFilter)
export class ReconnectKeysController {
  constructor(
    private readonly config: Config,
    private readonly namedReconnections: NamedReconnections,
  ) {}

  @Post()
  @AllowOnPages('browser')
  async begin(
    @Body(new ZodPipe(naming)) { sessions }: z.infer<typeof naming>,
    @Caller() { did }: BrowserPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.lead(await this.namedReconnections.begin(sessions, did, { request, reply }), reply);
  }

  /** The place where each reconnection leads back to. */
  @Get('next')
  @AllowOnPages('browser')
  async next(
    @Caller() { did }: BrowserPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    // Only a GET may begin an authorization.
    if (request.method === 'HEAD') return void reply.redirect(`${this.config.basePath}/account`, 303);
    this.lead(await this.namedReconnections.goOn(did, { request, reply }), reply);
  }

  private lead(step: NextStep, reply: FastifyReply): void {
    const url = 'url' in step ? step.url.href : `${this.config.basePath}/account${noteOf(step.reconnected)}`;
    void reply.redirect(url, 303);
  }
}

function noteOf(reconnected: number): string {
  if (reconnected === 0) return '';
  return reconnected === 1 ? '?done=reconnected' : `?done=reconnected-all&count=${reconnected}`;
}
