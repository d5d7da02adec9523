import { Controller, Get } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { Config } from '../../config/config.ts';
import { Allow } from '../origins/allow.decorator.ts';
import { type OpenApiDocument, toOwnDocument } from './openapi-document.ts';

/** Serves the OpenAPI description. It is loaded at the first request, because few brokers are ever asked. */
@Controller('api/openapi.json')
export class OpenApiController {
  private document: OpenApiDocument | undefined;

  constructor(private readonly config: Config) {}

  @Get()
  @Allow('anyone')
  @ApiExcludeEndpoint()
  async describe(): Promise<OpenApiDocument> {
    return (this.document ??= toOwnDocument(await loadStored(), this.config));
  }
}

async function loadStored(): Promise<OpenApiDocument> {
  const stored = await import('../../../docs/reference/openapi.json', { with: { type: 'json' } });
  return stored.default;
}
