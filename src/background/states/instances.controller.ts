import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CallSource } from '../../access/call-source.decorator.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { ApiErrors } from '../../http/errors/api-errors.decorator.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { toOpenApiSchema } from '../../http/schemas/openapi-schema.ts';
import { QueryOf } from '../../http/schemas/query-of.decorator.ts';
import { InstanceGiveUp } from '../../leases/instances/instance-give-up.service.ts';
import { Instances } from '../../leases/instances/instances.service.ts';
import { instanceView, toInstanceView } from './instance-view.ts';

const listQuery = z.object({
  cursor: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

const instancePage = z.object({ instances: z.array(instanceView), cursor: z.string().optional() });

@ApiTags('instances')
@ApiSecurity('operator')
@ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden')
@Controller('api/instances')
export class InstancesController {
  constructor(
    private readonly instances: Instances,
    private readonly instanceGiveUp: InstanceGiveUp,
  ) {}

  @Get()
  @Allow('operator')
  @ApiOperation({
    operationId: 'listInstances',
    summary: 'List the processes that run, or that ended and may hold answers on their disks',
  })
  @ApiOkResponse({ description: 'A page of instances.', schema: toOpenApiSchema(instancePage) })
  @ApiErrors('InvalidRequest')
  async list(@QueryOf(listQuery) query: z.infer<typeof listQuery>): Promise<z.infer<typeof instancePage>> {
    const page = await this.instances.list(query);
    return { ...page, instances: page.instances.map(toInstanceView) };
  }

  @Post(':spoolId/give-up')
  @HttpCode(204)
  @Allow('operator')
  @ApiOperation({
    operationId: 'giveUpInstance',
    summary: 'Declare that an instance will not return with the answers on its disk',
    description: 'Refresh tokens that it has sent without storing an answer may then be sent again.',
  })
  @ApiNoContentResponse({ description: 'The instance is given up.' })
  @ApiErrors('NotFound', 'InstanceRunning')
  giveUp(@Param('spoolId') spoolId: string, @CallSource() by: AuditSource): Promise<void> {
    return this.instanceGiveUp.giveUp(spoolId, by);
  }
}
