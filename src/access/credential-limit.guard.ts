import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../config/config.ts';
import { createRateLimit, type RateLimit } from '../http/rate-limit.ts';
import { principalOf } from './caller.decorator.ts';

/** Limits what one credential asks, from wherever it does. */
@Injectable()
export class CredentialLimitGuard implements CanActivate {
  private readonly limit: RateLimit | undefined;

  constructor({ limits }: Config) {
    this.limit = createRateLimit(limits.perCredential);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const principal = principalOf(http.getRequest<FastifyRequest>());
    if (principal.kind === 'browser') {
      await this.limit?.count(principal.uiSessionId, http.getResponse<FastifyReply>());
    }
    return true;
  }
}
