import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DeclaredRoutes } from './declared-routes.service.ts';

/** Refuses to start with a route that does not declare its callers. */
@Injectable()
export class RouteAdmissions implements OnApplicationBootstrap {
  constructor(private readonly declaredRoutes: DeclaredRoutes) {}

  onApplicationBootstrap(): void {
    const undeclared = this.declaredRoutes.list().filter(({ admission }) => admission === undefined);
    const handlers = new Set(undeclared.map(({ handler }) => handler));
    if (handlers.size > 0) throw new Error(`Routes without @Allow: ${[...handlers].join(', ')}`);
  }
}
