import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BrokerError } from '../../errors/broker-error.ts';
import type { KnownApp } from '../registry/native-app.cache.ts';

const apps = new WeakMap<FastifyRequest, KnownApp>();

/** Records the app that the guard identified. */
export function setCallingApp(request: FastifyRequest, app: KnownApp): void {
  apps.set(request, app);
}

/** Injects the {@link KnownApp} that calls into a handler. */
export const CallingApp = createParamDecorator((_: unknown, context: ExecutionContext): KnownApp => {
  const app = apps.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (!app) throw new BrokerError('InternalError', 'The guard identified no app for this request.');
  return app;
});
