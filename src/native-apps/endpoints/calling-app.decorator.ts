import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BrokerError } from '../../errors/broker-error.ts';
import type { KnownApp } from '../registry/native-app.cache.ts';

const apps = new WeakMap<FastifyRequest, KnownApp>();

/** Remembers which app the guard found to be calling. */
export function setCallingApp(request: FastifyRequest, app: KnownApp): void {
  apps.set(request, app);
}

/** The parameter of a handler that receives the {@link KnownApp} which calls. */
export const CallingApp = createParamDecorator((_: unknown, context: ExecutionContext): KnownApp => {
  const app = apps.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (!app) throw new BrokerError('InternalError', 'No app was found to be calling.');
  return app;
});
