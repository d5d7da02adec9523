import { Controller, Get, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiKeyId, UiSessionId } from '../../../database/tables/id.ts';
import { Caller } from '../../../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AccountErrorFilter } from '../frame/account-error.filter.ts';
import { MOST_AT_ONCE } from '../keys/lost-keys.tsx';
import { NamedReconnections } from '../keys/named-reconnections.service.ts';
import { AccountOverview } from './account-overview.service.ts';
import { AccountPage } from './account-page.tsx';

const shown = z.string().max(64).optional().catch(undefined);
const query = z.object({
  done: shown,
  count: z.coerce.number().int().min(2).max(MOST_AT_ONCE).optional().catch(undefined),
  problem: shown,
  browsers: UiSessionId.optional().catch(undefined),
  keys: ApiKeyId.optional().catch(undefined),
});

/** The account's own page. */
@ApiExcludeController()
@Controller('account')
@UseFilters(AccountErrorFilter)
export class AccountController {
  constructor(
    private readonly accountOverview: AccountOverview,
    private readonly namedReconnections: NamedReconnections,
    private readonly pages: Pages,
  ) {}

  @Get()
  @AllowOnPages('browser')
  async page(
    @Query(new ZodPipe(query)) { done, count, problem, browsers, keys }: z.infer<typeof query>,
    @Caller() caller: BrowserPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    // A refused reconnection leads here, and ends those that were to follow.
    if (problem !== undefined) this.namedReconnections.stop({ request, reply });
    const overview = await this.accountOverview.read(caller, { browsers, keys });
    this.pages.send(reply, AccountPage({ ...this.pages.frame, ...overview, done, count, problem }));
  }
}
