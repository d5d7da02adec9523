import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { Allow } from '../origins/allow.decorator.ts';
import { ApiErrors } from '../errors/api-errors.decorator.ts';

/** Serves the metrics to the operator, where they have no listener of their own. */
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
    summary: 'Metrics; not here when LATCHKEY_METRICS_LISTEN gives them a listener of their own',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'In the text format of Prometheus.', schema: { type: 'string' } })
  async scrape(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const text = await this.metrics.text();
    // Only now: an error has a type of its own.
    reply.type(this.metrics.contentType);
    return text;
  }
}
