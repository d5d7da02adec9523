import { Controller, Get, Query, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Caller } from '../../../access/caller.decorator.ts';
import type { Principal } from '../../../access/principal.ts';
import { Config } from '../../../config/config.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AdminErrorFilter } from '../frame/admin-error.filter.ts';
import { AdminOverview } from './admin-overview.service.ts';
import { AdminSignInPage } from '../sign-in/admin-sign-in-page.tsx';
import { OverviewPage } from './overview-page.tsx';

const query = z.object({ problem: z.string().max(64).optional().catch(undefined) });

/** The operator's first page: the overview, or the sign-in form. */
@ApiExcludeController()
@Controller('admin')
@UseFilters(AdminErrorFilter)
export class AdminOverviewController {
  constructor(
    private readonly config: Config,
    private readonly adminOverview: AdminOverview,
    private readonly pages: Pages,
  ) {}

  @Get()
  @AllowOnPages('anyone', 'operator-browser')
  async page(
    @Query(new ZodPipe(query)) { problem }: z.infer<typeof query>,
    @Caller() caller: Principal,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { frame } = this.pages;
    const isOn = this.config.adminToken !== undefined;
    if (caller.kind === 'operator-browser')
      this.pages.send(reply, OverviewPage({ ...frame, ...(await this.adminOverview.read()) }));
    else this.pages.send(reply, AdminSignInPage({ ...frame, isOn, problem }));
  }
}
