import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { anonymous, type Principal } from './principal.ts';

const principals = new WeakMap<FastifyRequest, Principal>();

/** Remembers who the guard found to be calling. */
export function setPrincipal(request: FastifyRequest, principal: Principal): void {
  principals.set(request, principal);
}

/** The parameter of a handler that receives the {@link Principal} of the request. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  return principals.get(context.switchToHttp().getRequest<FastifyRequest>()) ?? anonymous;
});
