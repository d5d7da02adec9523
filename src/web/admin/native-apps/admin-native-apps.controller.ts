import { Controller, Get, Query, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Config } from '../../../config/config.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { toNativeAppView } from '../../../native-apps/registry/native-app-view.ts';
import { NativeApps } from '../../../native-apps/registry/native-apps.service.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AdminErrorFilter } from '../frame/admin-error.filter.ts';
import { NativeAppsPage } from './native-apps-page.tsx';
import { type PageQuery, pageQuery, pageOf } from '../frame/page-of.ts';

/** The page of registered native apps. */
@ApiExcludeController()
@Controller('admin/native-apps')
@UseFilters(AdminErrorFilter)
export class AdminNativeAppsController {
  constructor(
    private readonly config: Config,
    private readonly nativeApps: NativeApps,
    private readonly pages: Pages,
  ) {}

  @Get()
  @AllowOnPages('operator-browser')
  async list(
    @Query(new ZodPipe(pageQuery)) { cursor }: PageQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { items, cursor: next } = pageOf(await this.nativeApps.list(), ({ name }) => name, cursor);
    const apps = items.map(app => toNativeAppView(app, this.config));
    this.pages.send(reply, NativeAppsPage({ ...this.pages.frame, apps, cursor: next }));
  }
}
