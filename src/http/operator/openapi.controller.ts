import { Controller, Get } from '@nestjs/common';
import { ApiExcludeEndpoint, type OpenAPIObject } from '@nestjs/swagger';
import { Allow } from '../origins/allow.decorator.ts';

/** Serves the description of the routes, once the application that has them is complete. */
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
