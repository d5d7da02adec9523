import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Degradations } from '../../observability/degradations.ts';
import { degradationReasons } from '../../observability/metrics/metrics-labels.ts';
import { Allow } from '../origins/allow.decorator.ts';
import { ApiErrors } from '../errors/api-errors.decorator.ts';
import { HealthRepository } from './health.repository.ts';
import { toOpenApiSchema } from '../schemas/openapi-schema.ts';

const health = z.object({ status: z.literal('ok') });

const readiness = z.object({
  status: z.enum(['ok', 'degraded']).describe('degraded: requests are served, but part of the upkeep waits'),
  reasons: z.array(z.enum(degradationReasons)).optional().describe('why it is degraded'),
});

type Health = z.infer<typeof health>;
type Readiness = z.infer<typeof readiness>;

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(
    private readonly healthRows: HealthRepository,
    private readonly degradations: Degradations,
  ) {}

  @Get('livez')
  @Allow('anyone')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process is running' })
  @ApiOkResponse({ description: 'The process is running.', schema: toOpenApiSchema(health) })
  live(): Health {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Allow('anyone')
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether the broker can serve requests' })
  @ApiOkResponse({
    description: 'The database answers. A degraded broker serves requests too.',
    schema: toOpenApiSchema(readiness),
  })
  @ApiErrors('DatabaseUnavailable')
  async ready(): Promise<Readiness> {
    await this.healthRows.ping();
    const reasons = this.degradations.list();
    // Every instance shares the database and its clock: a load balancer must not take them all away.
    return reasons.length > 0 ? { status: 'degraded', reasons } : { status: 'ok' };
  }
}
