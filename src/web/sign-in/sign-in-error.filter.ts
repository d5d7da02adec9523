import { Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrokerError } from '../../errors/broker-error.ts';
import { PageErrorFilter } from '../frame/page-error.filter.ts';
import { SignInPage } from './sign-in-page.tsx';

/** Shows the sign-in page even if the session can't be read, with the problem on it. */
@Catch()
@Injectable()
export class SignInErrorFilter extends PageErrorFilter {
  protected sendPage({ code }: BrokerError, _request: FastifyRequest, reply: FastifyReply): void {
    const goOn = `${this.config.basePath}/account`;
    this.pages.send(reply, SignInPage({ ...this.pages.frame, goOn, problem: code }));
  }
}
