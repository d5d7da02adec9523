import { Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrokerError } from '../../../errors/broker-error.ts';
import { PageErrorFilter } from '../../frame/page-error.filter.ts';
import { SignInPage } from '../../sign-in/sign-in-page.tsx';
import { AccountNotice } from './account-notice.tsx';

/**
 * Redirects a person who is no longer signed in to the sign-in page, and back. Shows a suspended one the sign-in page here,
 * and other errors on a page.
 */
@Catch()
@Injectable()
export class AccountErrorFilter extends PageErrorFilter {
  protected sendPage(error: BrokerError, request: FastifyRequest, reply: FastifyReply): void {
    const returnTo = `${this.config.basePath}/account`;
    if (error.code === 'SessionSuspended') {
      const view = { ...this.pages.frame, goOn: returnTo, returnTo, problem: error.code };
      this.pages.send(reply, SignInPage(view));
      return;
    }
    const isSignedOut = error.code === 'AuthenticationRequired' || error.code === 'ReauthorizationRequired';
    if (!isSignedOut) {
      this.pages.send(reply, AccountNotice({ ...this.pages.frame, code: error.code }));
      return;
    }
    const query = new URLSearchParams({ return_to: returnTo });
    const problem = problemOf(error, request);
    if (problem !== undefined) query.set('problem', problem);
    void reply.redirect(`${this.config.basePath}/?${query}`, 303);
  }
}

/** Returns the page's own problem, or the code if a form failed. Opening the page while signed out is no problem. */
function problemOf({ code }: BrokerError, { method, query }: FastifyRequest): string | undefined {
  const { problem } = query as { problem?: unknown };
  if (typeof problem === 'string') return problem.slice(0, 64);
  return method === 'GET' && code === 'AuthenticationRequired' ? undefined : code;
}
