import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CallSource } from '../../access/call-source.decorator.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { ApiErrors } from '../../http/errors/api-errors.decorator.ts';
import { toOpenApiSchema } from '../../http/schemas/openapi-schema.ts';
import { QueryOf } from '../../http/schemas/query-of.decorator.ts';
import { ClientKeyRotation, type KeyStepResult } from './client-key-rotation.service.ts';
import { type StepQuery, stepQuery, stepResult } from './client-key-steps.ts';
import { type ClientKeyView, clientKeyView } from './client-key-view.ts';

const stepResponse = {
  description: 'The effect of the step, or of its dry run.',
  schema: toOpenApiSchema(stepResult),
};

@ApiTags('client keys')
@ApiSecurity('operator')
@ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden')
@Controller('api/client-keys')
export class ClientKeysController {
  constructor(private readonly clientKeyRotation: ClientKeyRotation) {}

  @Get()
  @Allow('operator')
  @ApiOperation({ operationId: 'listClientKeys', summary: 'List the keys of the OAuth client, newest first' })
  @ApiOkResponse({
    description: 'Every key.',
    schema: toOpenApiSchema(z.object({ clientKeys: z.array(clientKeyView) })),
  })
  async list(): Promise<{ clientKeys: ClientKeyView[] }> {
    return { clientKeys: await this.clientKeyRotation.list(null) };
  }

  @Post()
  @HttpCode(200)
  @Allow('operator')
  @ApiOperation({ operationId: 'publishClientKey', summary: 'Generate a key and add it to the JWKS' })
  @ApiOkResponse(stepResponse)
  @ApiErrors('PublicClient')
  publish(@QueryOf(stepQuery) { dryRun }: StepQuery, @CallSource() by: AuditSource): Promise<KeyStepResult> {
    return this.clientKeyRotation.publish({ owner: null, dryRun, by });
  }

  @Post(':kid/activate')
  @HttpCode(200)
  @Allow('operator')
  @ApiOperation({ operationId: 'activateClientKey', summary: 'Use a key for new sessions' })
  @ApiOkResponse(stepResponse)
  @ApiErrors('NotFound', 'TooEarly', 'KeyRetired')
  activate(
    @Param('kid') kid: string,
    @QueryOf(stepQuery) { dryRun }: StepQuery,
    @CallSource() by: AuditSource,
  ): Promise<KeyStepResult> {
    return this.clientKeyRotation.activate(kid, { owner: null, dryRun, by });
  }

  @Post(':kid/retire')
  @HttpCode(200)
  @Allow('operator')
  @ApiOperation({ operationId: 'retireClientKey', summary: 'Stop using a key for new sessions' })
  @ApiOkResponse(stepResponse)
  @ApiErrors('NotFound', 'LastActiveKey')
  retire(
    @Param('kid') kid: string,
    @QueryOf(stepQuery) { dryRun }: StepQuery,
    @CallSource() by: AuditSource,
  ): Promise<KeyStepResult> {
    return this.clientKeyRotation.retire(kid, { owner: null, dryRun, by });
  }
}
