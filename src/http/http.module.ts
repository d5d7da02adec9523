import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ErrorFilter } from './error.filter.ts';
import { HealthController } from './health.controller.ts';
import { OpenApiController } from './openapi.controller.ts';

@Module({
  controllers: [HealthController, OpenApiController],
  providers: [{ provide: APP_FILTER, useClass: ErrorFilter }],
})
export class HttpModule {}
