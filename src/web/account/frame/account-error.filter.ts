import { Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { principalOf } from '../../../access/caller.decorator.ts';
import { Config } from '../../../config/config.ts';
import type { BrokerError } from '../../../errors/broker-error.ts';
import { VerifiedHandles } from '../../../identity/handles/verified-handles.service.ts';
import { Log } from '../../../observability/log/log.ts';
import { PageErrorFilter } from '../../frame/page-error.filter.ts';
import { Pages } from '../../frame/pages.service.ts';
import { SignInPage } from '../../sign-in/sign-in-page.tsx';
import { AccountNotice } from './account-notice.tsx';

/**
 * Redirects a person who is no longer signed in to the sign-in page, and back. Shows a suspended one the sign-in page here,
 * and other errors on a page.
 */
@Catch()
@Injectable()
export class AccountErrorFilter extends PageErrorFilter {
  constructor(
    log: Log,
    config: Config,
    pages: Pages,
    private readonly verifiedHandles: VerifiedHandles,
  ) {
    super(log, config, pages);
  }

  protected sendPage(error: BrokerError, request: FastifyRequest, reply: FastifyReply): void {
    const returnTo = this.config.basePath + placeOf(request, this.config.basePath);
    if (error.code === 'SessionSuspended') {
      void this.sendSuspended(request, reply, { returnTo, problem: error.code });
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

  /** The form holds the person's own handle, if it can be read. */
  private async sendSuspended(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: { readonly returnTo: string; readonly problem: string },
  ): Promise<void> {
    const caller = principalOf(request);
    const identifier =
      caller.kind === 'suspended-browser'
        ? ((await this.verifiedHandles.find(caller.did)) ?? caller.did)
        : undefined;
    this.pages.send(reply, SignInPage({ ...this.pages.frame, ...asked, identifier, goOn: asked.returnTo }));
  }
}

/** A key that waits for its owner is shown after the sign-in. Every other page of the account is left behind. */
function placeOf({ method, url }: FastifyRequest, basePath: string): string {
  const path = /^\/account\/key-requests\/[0-9a-f-]{36}$/.exec(url.slice(basePath.length))?.[0];
  return (method === 'GET' ? path : undefined) ?? '/account';
}

/** Returns the page's own problem, or the code if a form failed. Opening the page while signed out is no problem. */
function problemOf({ code }: BrokerError, { method, query }: FastifyRequest): string | undefined {
  const { problem } = query as { problem?: unknown };
  if (typeof problem === 'string') return problem.slice(0, 64);
  return method === 'GET' && code === 'AuthenticationRequired' ? undefined : code;
}
