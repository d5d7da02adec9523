import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../config/config.ts';
import { createRateLimit, type RateLimit } from '../http/edge/rate-limit.ts';
import { principalOf } from './caller.decorator.ts';
import type { Principal } from './principal.ts';

/** Limits the requests of one credential, from all addresses together. */
@Injectable()
export class CredentialLimitGuard implements CanActivate {
  private readonly limit: RateLimit | undefined;

  constructor({ limits }: Config) {
    this.limit = createRateLimit(limits.perCredential);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const credential = credentialOf(principalOf(http.getRequest<FastifyRequest>()));
    if (credential !== undefined) await this.limit?.count(credential, http.getResponse<FastifyReply>());
    return true;
  }
}

/** Returns the id to count by. Credentials of the configuration have no limit, anonymous callers their address's. */
function credentialOf(principal: Principal): string | undefined {
  switch (principal.kind) {
    case 'browser':
    case 'suspended-browser':
      return principal.uiSessionId;
    case 'temp-token':
      return principal.tempTokenId;
    case 'api-key':
      return principal.apiKeyId;
    case 'operator-browser':
      return principal.operatorSessionId;
    case 'introspector':
    case 'operator':
    case 'anonymous':
      return undefined;
  }
}
