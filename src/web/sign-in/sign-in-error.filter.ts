import { Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrokerError } from '../../errors/broker-error.ts';
import { PageErrorFilter } from '../frame/page-error.filter.ts';
import { SignInPage } from './sign-in-page.tsx';

/** Says on the page why it cannot be told who is signed in: a person gets it, whatever is wrong. */
@Catch()
@Injectable()
export class SignInErrorFilter extends PageErrorFilter {
  protected show({ code }: BrokerError, _request: FastifyRequest, reply: FastifyReply): void {
    const goOn = `${this.config.basePath}/account`;
    this.pages.send(reply, SignInPage({ ...this.pages.frame, goOn, problem: code }));
  }
}
