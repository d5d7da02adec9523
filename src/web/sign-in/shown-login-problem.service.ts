import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Config } from '../../config/config.ts';
import type { BrokerError } from '../../errors/broker-error.ts';
import { toErrorResponse } from '../../http/errors/error-response.ts';
import type { LoginFields, LoginProblemPage } from '../../login/login-problem-page.ts';
import { Pages } from '../frame/pages.service.ts';
import { siteOf } from './return-site.ts';
import { SignInPage } from './sign-in-page.tsx';

/** Shows a login that may not begin now as the sign-in page. */
@Injectable()
export class ShownLoginProblem implements LoginProblemPage {
  constructor(
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  send(error: BrokerError, { identifier, return_to: returnTo }: LoginFields, reply: FastifyReply): void {
    const { status, headers } = toErrorResponse(error);
    const { frame } = this.pages;
    const goOn = `${frame.basePath}/account`;
    void reply.code(status).headers(headers);
    const site = siteOf(returnTo, this.config);
    this.pages.send(reply, SignInPage({ ...frame, goOn, identifier, returnTo, site, problem: error.code }));
  }
}
