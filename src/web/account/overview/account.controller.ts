import { Controller, Get, Query, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ApiKeyId, UiSessionId } from '../../../database/tables/id.ts';
import { Caller } from '../../../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AccountErrorFilter } from '../frame/account-error.filter.ts';
import { AccountOverview } from './account-overview.service.ts';
import { AccountPage } from './account-page.tsx';

const shown = z.string().max(64).optional().catch(undefined);
const query = z.object({
  done: shown,
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
    private readonly pages: Pages,
  ) {}

  @Get()
  @AllowOnPages('browser')
  async page(
    @Query(new ZodPipe(query)) { done, problem, browsers, keys }: z.infer<typeof query>,
    @Caller() caller: BrowserPrincipal,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const overview = await this.accountOverview.read(caller, { browsers, keys });
    this.pages.send(reply, AccountPage({ ...this.pages.frame, ...overview, done, problem }));
  }
}
