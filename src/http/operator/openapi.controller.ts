import { Controller, Get } from '@nestjs/common';
import { ApiExcludeEndpoint, type OpenAPIObject } from '@nestjs/swagger';
import { Allow } from '../origins/allow.decorator.ts';
import { OpenApiDescription } from './openapi-description.service.ts';

/** Serves the OpenAPI description. */
@Controller('api/openapi.json')
export class OpenApiController {
  constructor(private readonly openApiDescription: OpenApiDescription) {}

  @Get()
  @Allow('anyone')
  @ApiExcludeEndpoint()
  describe(): OpenAPIObject {
    return this.openApiDescription.get();
  }
}
