import { Controller, Get, Query, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { AllowOnPages } from '../../http/allow.decorator.ts';
import { ZodPipe } from '../../http/zod.pipe.ts';
import { ClientKeyRotation } from '../../oauth/client-key-rotation.service.ts';
import { Pages } from '../frame/pages.ts';
import { AdminErrorFilter } from './admin-error.filter.ts';
import { ClientKeysPage } from './client-keys-page.tsx';

const SHOWN = 20;
const query = z.object({ cursor: z.string().max(128).optional().catch(undefined) });

/** The keys of the OAuth client, for the operator to look at. */
@ApiExcludeController()
@Controller('admin/client-keys')
@UseFilters(AdminErrorFilter)
export class AdminClientKeysController {
  constructor(
    private readonly rotation: ClientKeyRotation,
    private readonly pages: Pages,
  ) {}

  @Get()
  @AllowOnPages('operator-browser')
  async list(
    @Query(new ZodPipe(query)) { cursor }: z.infer<typeof query>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const all = await this.rotation.list(null);
    // An unknown cursor is no key's, and leads to the beginning.
    const start = all.findIndex(({ kid }) => kid === cursor) + 1;
    const keys = all.slice(start, start + SHOWN);
    const next = start + SHOWN < all.length ? keys.at(-1)?.kid : undefined;
    this.pages.send(reply, ClientKeysPage({ ...this.pages.frame, keys, cursor: next, now: new Date() }));
  }
}
