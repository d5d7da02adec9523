import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CallSource } from '../../access/call-source.decorator.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { ApiErrors } from '../../http/errors/api-errors.decorator.ts';
import { toOpenApiSchema } from '../../http/schemas/openapi-schema.ts';
import { QueryOf } from '../../http/schemas/query-of.decorator.ts';
import type { KeyStepResult } from '../../oauth/client-keys/client-key-rotation.service.ts';
import { type StepQuery, stepQuery, stepResult } from '../../oauth/client-keys/client-key-steps.ts';
import { type ClientKeyView, clientKeyView } from '../../oauth/client-keys/client-key-view.ts';
import { NativeAppKeys } from './native-app-keys.service.ts';

const stepResponse = { description: 'What was done, or would be.', schema: toOpenApiSchema(stepResult) };

@ApiTags('native apps')
@ApiSecurity('operator')
@ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden', 'NotFound')
@Controller('api/native-apps/:name/keys')
export class NativeAppKeysController {
  constructor(private readonly nativeAppKeys: NativeAppKeys) {}

  @Get()
  @Allow('operator')
  @ApiOperation({ operationId: 'listNativeAppKeys', summary: 'The client keys of an app, the newest first' })
  @ApiOkResponse({
    description: 'Every key.',
    schema: toOpenApiSchema(z.object({ clientKeys: z.array(clientKeyView) })),
  })
  async list(@Param('name') name: string): Promise<{ clientKeys: ClientKeyView[] }> {
    return { clientKeys: await this.nativeAppKeys.list(name) };
  }

  @Post()
  @HttpCode(200)
  @Allow('operator')
  @ApiOperation({ operationId: 'publishNativeAppKey', summary: "Make a key and show it in the app's JWKS" })
  @ApiOkResponse(stepResponse)
  publish(
    @Param('name') name: string,
    @QueryOf(stepQuery) { dryRun }: StepQuery,
    @CallSource() by: AuditSource,
  ): Promise<KeyStepResult> {
    return this.nativeAppKeys.publish(name, dryRun, by);
  }

  @Post(':kid/activate')
  @HttpCode(200)
  @Allow('operator')
  @ApiOperation({
    operationId: 'activateNativeAppKey',
    summary: 'Let new sessions of an app begin with a key',
  })
  @ApiOkResponse(stepResponse)
  @ApiErrors('TooEarly', 'KeyRetired')
  activate(
    @Param('name') name: string,
    @Param('kid') kid: string,
    @QueryOf(stepQuery) { dryRun }: StepQuery,
    @CallSource() by: AuditSource,
  ): Promise<KeyStepResult> {
    return this.nativeAppKeys.activate(name, kid, dryRun, by);
  }

  @Post(':kid/retire')
  @HttpCode(200)
  @Allow('operator')
  @ApiOperation({
    operationId: 'retireNativeAppKey',
    summary: 'Let no session of an app begin with a key any more',
  })
  @ApiOkResponse(stepResponse)
  @ApiErrors('LastActiveKey')
  retire(
    @Param('name') name: string,
    @Param('kid') kid: string,
    @QueryOf(stepQuery) { dryRun }: StepQuery,
    @CallSource() by: AuditSource,
  ): Promise<KeyStepResult> {
    return this.nativeAppKeys.retire(name, kid, dryRun, by);
  }
}
