import { Controller, Get } from '@nestjs/common';
import { ApiExcludeEndpoint, type OpenAPIObject } from '@nestjs/swagger';
import { Allow } from '../origins/allow.decorator.ts';

/** Serves the OpenAPI description, which is published once the application is complete. */
@Controller('api/openapi.json')
export class OpenApiController {
  private description: OpenAPIObject | undefined;

  publish(description: OpenAPIObject): void {
    this.description = description;
  }

  @Get()
  @Allow('anyone')
  @ApiExcludeEndpoint()
  describe(): OpenAPIObject | undefined {
    return this.description;
  }
}
