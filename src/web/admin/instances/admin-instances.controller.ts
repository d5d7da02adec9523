import { Controller, Get, Param, Post, Query, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CallSource } from '../../../access/call-source.decorator.ts';
import type { AuditSource } from '../../../audit/audit-event.ts';
import { BackgroundStates } from '../../../background/states/background-states.service.ts';
import { Config } from '../../../config/config.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { InstanceGiveUp } from '../../../leases/instances/instance-give-up.service.ts';
import { Instances } from '../../../leases/instances/instances.service.ts';
import { Leases } from '../../../leases/leases.service.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AdminErrorFilter } from '../frame/admin-error.filter.ts';
import { GiveUpPage } from './give-up-page.tsx';
import { InstancesPage } from './instances-page.tsx';

const SHOWN = 50;
const cursor = z
  .string()
  .regex(/^[\x21-\x7e]{1,256}$/)
  .optional()
  .catch(undefined);
const done = z.string().max(64).optional().catch(undefined);
const query = z.object({ instances: cursor, leases: cursor, done });

/** The page of running processes, their background work and their leases. Lets the operator give up a silent one. */
@ApiExcludeController()
@Controller('admin/instances')
@UseFilters(AdminErrorFilter)
export class AdminInstancesController {
  constructor(
    private readonly config: Config,
    private readonly instances: Instances,
    private readonly instanceGiveUp: InstanceGiveUp,
    private readonly leases: Leases,
    private readonly backgroundStates: BackgroundStates,
    private readonly pages: Pages,
  ) {}

  @Get()
  @AllowOnPages('operator-browser')
  async list(
    @Query(new ZodPipe(query)) shown: z.infer<typeof query>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [running, held, background] = await Promise.all([
      this.instances.list({ cursor: shown.instances, limit: SHOWN }),
      this.leases.list({ cursor: shown.leases, limit: SHOWN }),
      this.backgroundStates.getState(),
    ]);
    this.pages.send(
      reply,
      InstancesPage({ ...this.pages.frame, running, held, background, done: shown.done }),
    );
  }

  @Get(':spoolId/give-up')
  @AllowOnPages('operator-browser')
  async confirmGiveUp(@Param('spoolId') spoolId: string, @Res() reply: FastifyReply): Promise<void> {
    const instance = await this.instances.get(spoolId);
    this.pages.send(reply, GiveUpPage({ ...this.pages.frame, instance }));
  }

  @Post(':spoolId/give-up')
  @AllowOnPages('operator-browser')
  async giveUp(
    @Param('spoolId') spoolId: string,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.instanceGiveUp.giveUp(spoolId, by);
    void reply.redirect(`${this.config.basePath}/admin/instances?done=given-up`, 303);
  }
}
