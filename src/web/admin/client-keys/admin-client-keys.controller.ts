import { Controller, Get, Query, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { ClientKeyRotation } from '../../../oauth/client-keys/client-key-rotation.service.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AdminErrorFilter } from '../frame/admin-error.filter.ts';
import { ClientKeysPage } from './client-keys-page.tsx';
import { type PageQuery, pageQuery, pageOf } from '../frame/page-of.ts';

/** The page of the OAuth client's keys. */
@ApiExcludeController()
@Controller('admin/client-keys')
@UseFilters(AdminErrorFilter)
export class AdminClientKeysController {
  constructor(
    private readonly clientKeyRotation: ClientKeyRotation,
    private readonly pages: Pages,
  ) {}

  @Get()
  @AllowOnPages('operator-browser')
  async list(
    @Query(new ZodPipe(pageQuery)) { cursor }: PageQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { items, cursor: next } = pageOf(await this.clientKeyRotation.list(null), ({ kid }) => kid, cursor);
    const view = { ...this.pages.frame, keys: items, cursor: next, now: new Date() };
    this.pages.send(reply, ClientKeysPage(view));
  }
}
