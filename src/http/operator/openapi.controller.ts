import { Controller, Get } from '@nestjs/common';
import { ApiExcludeEndpoint, type OpenAPIObject } from '@nestjs/swagger';
import { Allow } from '../origins/allow.decorator.ts';

/** Serves the OpenAPI description. The first request for it has it made, because few brokers are ever asked. */
@Controller('api/openapi.json')
export class OpenApiController {
  private description: OpenAPIObject | undefined;
  private describeRoutes: (() => OpenAPIObject) | undefined;

  publish(describeRoutes: () => OpenAPIObject): void {
    this.describeRoutes = describeRoutes;
  }

  @Get()
  @Allow('anyone')
  @ApiExcludeEndpoint()
  describe(): OpenAPIObject | undefined {
    return (this.description ??= this.describeRoutes?.());
  }
}
