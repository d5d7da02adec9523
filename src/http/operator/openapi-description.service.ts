import { Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';

/** The OpenAPI description of this broker. It is made when it is first needed, because few brokers are ever asked. */
@Injectable()
export class OpenApiDescription {
  private made: OpenAPIObject | undefined;
  private describeRoutes: (() => OpenAPIObject) | undefined;

  /** The routes are known once the application exists. */
  publish(describeRoutes: () => OpenAPIObject): void {
    this.describeRoutes = describeRoutes;
  }

  /** Throws before `publish`. */
  get(): OpenAPIObject {
    if (!this.describeRoutes) throw new Error('the routes are not described yet');
    return (this.made ??= this.describeRoutes());
  }
}
