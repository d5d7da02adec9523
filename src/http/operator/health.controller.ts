import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Allow } from '../origins/allow.decorator.ts';
import { ApiErrors } from '../errors/api-errors.decorator.ts';
import { HealthRepository } from './health.repository.ts';
import { toOpenApiSchema } from '../schemas/openapi-schema.ts';

const health = z.object({ status: z.literal('ok') });

type Health = z.infer<typeof health>;

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(private readonly healthRows: HealthRepository) {}

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
  @ApiOkResponse({ description: 'The database answers.', schema: toOpenApiSchema(health) })
  @ApiErrors('DatabaseUnavailable')
  async ready(): Promise<Health> {
    await this.healthRows.ping();
    return { status: 'ok' };
  }
}
