import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Allow } from '../http/origins/allow.decorator.ts';
import { ApiErrors } from '../http/errors/api-errors.decorator.ts';
import { toOpenApiSchema } from '../http/schemas/openapi-schema.ts';
import { BodyOf } from '../http/schemas/body-of.decorator.ts';
import { BackgroundRefresh } from './refresh/background-refresh.service.ts';
import type { RefreshRun } from './refresh/refresh-run.ts';

const refreshDue = z.object({
  withinSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(0)
    .describe('also refresh sessions that will be due within this many seconds'),
});

const refreshRun = z.object({
  refreshed: z.int(),
  skipped: z.int().describe('sessions that needed no refresh, or that another process is refreshing'),
  failed: z.array(z.object({ id: z.string(), error: z.string() })).describe('the first 1,000 failures'),
  unlisted: z.int().optional().describe('the number of further failures'),
});

@ApiTags('sessions')
@ApiSecurity('operator')
@ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden')
@Controller('api/sessions/refresh-due')
export class BackgroundController {
  constructor(private readonly backgroundRefresh: BackgroundRefresh) {}

  @Post()
  @HttpCode(200)
  @Allow('operator')
  @ApiOperation({
    operationId: 'refreshDueSessions',
    summary: 'Refresh all due sessions now, for an external scheduler. The broker also does so by itself',
  })
  @ApiErrors('InvalidRequest')
  @ApiOkResponse({ description: 'The results.', schema: toOpenApiSchema(refreshRun) })
  refreshDue(@BodyOf(refreshDue) { withinSeconds }: z.infer<typeof refreshDue>): Promise<RefreshRun> {
    return this.backgroundRefresh.run(withinSeconds);
  }
}
