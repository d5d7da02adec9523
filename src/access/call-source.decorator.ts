import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AuditActor, AuditSource } from '../audit/audit-event.ts';
import { principalOf } from './caller.decorator.ts';
import type { Principal } from './principal.ts';

/** Returns the caller and its address for the audit log. */
function callSourceOf(request: FastifyRequest): AuditSource {
  return { actor: toAuditActor(principalOf(request)), from: request.ip };
}

/** The parameter of a handler that receives the {@link AuditSource} of the request. */
export const CallSource = createParamDecorator((_: unknown, context: ExecutionContext): AuditSource => {
  return callSourceOf(context.switchToHttp().getRequest<FastifyRequest>());
});

function toAuditActor(principal: Principal): AuditActor {
  switch (principal.kind) {
    case 'browser':
    case 'suspended-browser':
      return { kind: 'browser', id: principal.uiSessionId };
    case 'temp-token':
      return { kind: 'temp-token', id: principal.tempTokenId };
    case 'api-key':
      return { kind: 'api-key', id: principal.apiKeyId };
    case 'operator-browser':
      return { kind: 'operator', id: principal.operatorSessionId };
    case 'introspector':
    case 'operator':
    case 'anonymous':
      return { kind: principal.kind };
  }
}
