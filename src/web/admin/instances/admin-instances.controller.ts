import { Controller, Get, Query, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { BackgroundStates } from '../../../background/states/background-states.service.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { Instances } from '../../../leases/instances/instances.service.ts';
import { Leases } from '../../../leases/leases.service.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AdminErrorFilter } from '../frame/admin-error.filter.ts';
import { InstancesPage } from './instances-page.tsx';

const SHOWN = 50;
const cursor = z
  .string()
  .regex(/^[\x21-\x7e]{1,256}$/)
  .optional()
  .catch(undefined);
const query = z.object({ instances: cursor, leases: cursor });

/** The page of running processes, their background work and their leases. */
@ApiExcludeController()
@Controller('admin/instances')
@UseFilters(AdminErrorFilter)
export class AdminInstancesController {
  constructor(
    private readonly instances: Instances,
    private readonly leases: Leases,
    private readonly backgroundStates: BackgroundStates,
    private readonly pages: Pages,
  ) {}

  @Get()
  @AllowOnPages('operator-browser')
  async list(
    @Query(new ZodPipe(query)) cursors: z.infer<typeof query>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [running, held, background] = await Promise.all([
      this.instances.list({ cursor: cursors.instances, limit: SHOWN }),
      this.leases.list({ cursor: cursors.leases, limit: SHOWN }),
      this.backgroundStates.getState(),
    ]);
    this.pages.send(reply, InstancesPage({ ...this.pages.frame, running, held, background }));
  }
}
