import { Injectable, RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ADMISSION, type Admission } from '../http/origins/allow.decorator.ts';

/** A route as its controller declares it. */
export type DeclaredRoute = {
  /** Controller and method, such as `MeController.me`. */
  readonly handler: string;
  readonly methods: readonly string[];
  /** Below the base path, such as `/api/sessions/:id`. */
  readonly path: string;
  /** The callers that it admits; `undefined` if it does not declare them. */
  readonly admission: Admission | undefined;
};

type Handler = () => unknown;
type Controller = ReturnType<DiscoveryService['getControllers']>[number];

/** Every route of every controller of the process. */
@Injectable()
export class DeclaredRoutes {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  list(): DeclaredRoute[] {
    return this.discovery.getControllers().flatMap(controller => this.routesOf(controller));
  }

  private routesOf({ name, metatype }: Controller): DeclaredRoute[] {
    const handlers = (metatype?.prototype ?? {}) as Record<string, Handler>;
    const prefixes = metatype ? this.pathsOf(metatype) : [];
    return this.scanner.getAllMethodNames(handlers).flatMap(method => {
      const handler = handlers[method];
      if (!handler) return [];
      const route = {
        handler: `${String(name)}.${method}`,
        methods: this.methodsOf(handler),
        admission: this.reflector.get<Admission | undefined>(ADMISSION, handler),
      };
      const paths = this.pathsOf(handler);
      return prefixes.flatMap(prefix => paths.map(path => ({ ...route, path: join(prefix, path) })));
    });
  }

  /** Returns the paths of a `@Controller` or of a method's decorator; none for a method that is no route. */
  private pathsOf(target: NonNullable<Controller['metatype']> | Handler): string[] {
    return [this.reflector.get<string | string[] | undefined>('path', target) ?? []].flat();
  }

  /** Fastify answers HEAD on every GET route. */
  private methodsOf(handler: Handler): string[] {
    const method = this.reflector.get<RequestMethod | undefined>('method', handler);
    if (method === undefined) return [];
    return method === RequestMethod.GET ? ['GET', 'HEAD'] : [RequestMethod[method]];
  }
}

function join(...parts: string[]): string {
  const segments = parts.flatMap(part => part.split('/')).filter(segment => segment !== '');
  return `/${segments.join('/')}`;
}
