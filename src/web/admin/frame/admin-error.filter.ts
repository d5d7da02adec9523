import { Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrokerError } from '../../../errors/broker-error.ts';
import type { ErrorCode } from '../../../errors/error-code.ts';
import { PageErrorFilter } from '../../frame/page-error.filter.ts';
import { AdminNotice } from './admin-notice.tsx';

/** Errors that the sign-in form explains. */
const SHOWN_ON_FORM: readonly ErrorCode[] = ['AuthenticationRequired', 'InvalidToken', 'TooManyRequests'];

/** Redirects an operator who is not signed in to the form. Shows other errors on a page. */
@Catch()
@Injectable()
export class AdminErrorFilter extends PageErrorFilter {
  protected sendPage({ code }: BrokerError, _request: FastifyRequest, reply: FastifyReply): void {
    if (SHOWN_ON_FORM.includes(code))
      void reply.redirect(`${this.config.basePath}/admin?problem=${code}`, 303);
    else this.pages.send(reply, AdminNotice({ ...this.pages.frame, code }));
  }
}
