import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { anonymous, type Principal } from './principal.ts';

const principals = new WeakMap<FastifyRequest, Principal>();

/** Stores the principal that the guard identified, whether the guard then admits it or not. */
export function setPrincipal(request: FastifyRequest, principal: Principal): void {
  principals.set(request, principal);
}

/** Returns the principal of a request; `anonymous` if no guard has run. */
export function principalOf(request: FastifyRequest): Principal {
  return principals.get(request) ?? anonymous;
}

/** The parameter of a handler that receives the {@link Principal} of the request. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  return principalOf(context.switchToHttp().getRequest<FastifyRequest>());
});
