import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { Allow } from '../origins/allow.decorator.ts';
import { ApiErrors } from '../errors/api-errors.decorator.ts';

/** Serves the metrics to the operator, if they have no listener of their own. */
@ApiTags('health')
@ApiSecurity('operator')
@ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Allow('operator')
  @ApiOperation({
    operationId: 'getMetrics',
    summary: 'The metrics of this process; absent if LATCHKEY_METRICS_LISTEN gives them their own listener',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({
    description: 'The metrics, in the text format of Prometheus.',
    schema: { type: 'string' },
  })
  async scrape(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const text = await this.metrics.text();
    // After the metrics: an error has another type.
    reply.type(this.metrics.contentType);
    return text;
  }
}
