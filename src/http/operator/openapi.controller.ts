import { Controller, Get } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { Allow } from '../origins/allow.decorator.ts';
import type { OpenApiDocument } from './openapi-document.ts';
import { OpenApiDescription } from './openapi-description.service.ts';

/** Serves the OpenAPI description. */
@Controller('api/openapi.json')
export class OpenApiController {
  constructor(private readonly openApiDescription: OpenApiDescription) {}

  @Get()
  @Allow('anyone')
  @ApiExcludeEndpoint()
  describe(): Promise<OpenApiDocument> {
    return this.openApiDescription.get();
  }
}
