import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ADMISSION } from '../http/allow.decorator.ts';

const ROUTE_PATH = 'path';

/** Refuses to start with a route that does not say who may call it. */
@Injectable()
export class RouteAdmissions implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onApplicationBootstrap(): void {
    const undeclared = this.discovery.getControllers().flatMap(({ name, metatype }) => {
      const handlers = (metatype?.prototype ?? {}) as Record<string, () => unknown>;
      return this.scanner
        .getAllMethodNames(handlers)
        .filter(method => this.isUndeclaredRoute(handlers[method]))
        .map(method => `${String(name)}.${method}`);
    });
    if (undeclared.length > 0) throw new Error(`Routes without @Allow: ${undeclared.join(', ')}`);
  }

  private isUndeclaredRoute(handler: (() => unknown) | undefined): boolean {
    if (!handler || this.reflector.get<unknown>(ROUTE_PATH, handler) === undefined) return false;
    return this.reflector.get<unknown>(ADMISSION, handler) === undefined;
  }
}
