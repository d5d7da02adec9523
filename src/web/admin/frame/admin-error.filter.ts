import { Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrokerError } from '../../../errors/broker-error.ts';
import type { ErrorCode } from '../../../errors/error-code.ts';
import { PageErrorFilter } from '../../frame/page-error.filter.ts';
import { AdminNotice } from './admin-notice.tsx';

/** What the sign-in form says: the token was wrong, or there was none. */
const SAID_BY_FORM: readonly ErrorCode[] = ['AuthenticationRequired', 'InvalidToken', 'TooManyRequests'];

/** Leads an operator who is not signed in to the form, and says everything else on a page. */
@Catch()
@Injectable()
export class AdminErrorFilter extends PageErrorFilter {
  protected show({ code }: BrokerError, _request: FastifyRequest, reply: FastifyReply): void {
    if (SAID_BY_FORM.includes(code))
      void reply.redirect(`${this.config.basePath}/admin?problem=${code}`, 303);
    else this.pages.send(reply, AdminNotice({ ...this.pages.frame, code }));
  }
}
