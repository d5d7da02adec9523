import { type DynamicModule, Module, type NestModule } from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AuditModule } from '../audit/audit.module.ts';
import type { Config } from '../config/config.ts';
import { Metrics } from '../observability/metrics/metrics.ts';
import { AuditEventsController } from './operator/audit-events.controller.ts';
import { ErrorFilter } from './errors/error.filter.ts';
import { HealthController } from './operator/health.controller.ts';
import { HealthRepository } from './operator/health.repository.ts';
import { MetricsController } from './operator/metrics.controller.ts';
import { MetricsListener } from './operator/metrics-listener.service.ts';
import { addRequestMetrics } from './edge/metrics-of-requests.ts';
import { OpenApiDescription } from './operator/openapi-description.service.ts';
import { OpenApiController } from './operator/openapi.controller.ts';

@Module({})
export class HttpModule implements NestModule {
  static forConfig({ metricsListen }: Config): DynamicModule {
    return {
      module: HttpModule,
      // The page that shows the description needs it, and has no configuration to import this module with.
      global: true,
      imports: [AuditModule],
      controllers: [
        AuditEventsController,
        HealthController,
        OpenApiController,
        ...(metricsListen ? [] : [MetricsController]),
      ],
      providers: [
        { provide: APP_FILTER, useClass: ErrorFilter },
        HealthRepository,
        MetricsListener,
        OpenApiDescription,
      ],
      exports: [OpenApiDescription],
    };
  }

  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly metrics: Metrics,
  ) {}

  /** Adds hooks before Nest creates the routes: a route has only the hooks that exist by then. */
  configure(): void {
    addRequestMetrics(this.host.httpAdapter.getInstance<FastifyInstance>(), this.metrics);
  }
}
