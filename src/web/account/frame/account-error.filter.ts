import { Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrokerError } from '../../../errors/broker-error.ts';
import { PageErrorFilter } from '../../frame/page-error.filter.ts';
import { AccountNotice } from './account-notice.tsx';

/** Lets a person sign in who is not signed in any more, and come back; says everything else on a page. */
@Catch()
@Injectable()
export class AccountErrorFilter extends PageErrorFilter {
  protected show(error: BrokerError, request: FastifyRequest, reply: FastifyReply): void {
    const isSignedOut = error.code === 'AuthenticationRequired' || error.code === 'ReauthorizationRequired';
    if (!isSignedOut) {
      this.pages.send(reply, AccountNotice({ ...this.pages.frame, code: error.code }));
      return;
    }
    const query = new URLSearchParams({ return_to: `${this.config.basePath}/account` });
    const problem = problemOf(error, request);
    if (problem !== undefined) query.set('problem', problem);
    void reply.redirect(`${this.config.basePath}/?${query}`, 303);
  }
}

/** What the page was to say, or that a form came too late; nothing is wrong with who just wants to see their account. */
function problemOf({ code }: BrokerError, { method, query }: FastifyRequest): string | undefined {
  const { problem } = query as { problem?: unknown };
  if (typeof problem === 'string') return problem.slice(0, 64);
  return method === 'GET' && code === 'AuthenticationRequired' ? undefined : code;
}
