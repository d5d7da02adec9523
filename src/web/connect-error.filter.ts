import { type ArgumentsHost, Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrokerError } from '../errors/broker-error.ts';
import { ErrorFilter } from '../http/error.filter.ts';
import { toErrorResponse } from '../http/error-response.ts';
import { toBrokerError } from '../http/to-broker-error.ts';
import { ConnectNotice } from './connect-notice.tsx';
import { problemText } from './problem-text.ts';
import { sendPage } from './render-page.ts';

/** Tells a person on a page, under the error's own status, why a key request cannot be answered; programs get the error. */
@Catch()
@Injectable()
export class ConnectErrorFilter extends ErrorFilter {
  override catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (!request.headers.accept?.includes('text/html')) {
      super.catch(thrown, host);
      return;
    }
    const error = toBrokerError(thrown);
    this.report(error, request);
    const { status, headers } = toErrorResponse(error);
    const reply = http.getResponse<FastifyReply>().code(status).headers(headers);
    const { basePath, clientProfile } = this.config;
    const heading = 'This request for a key';
    const view = {
      basePath,
      brokerName: clientProfile.name,
      heading,
      text: textOf(error),
      problem: error.code,
    };
    sendPage(reply, ConnectNotice(view));
  }
}

function textOf({ code, message }: BrokerError): string {
  switch (code) {
    case 'KeyRequestEnded':
      return message;
    case 'NotFound':
      return 'There is no such request. Look at the link again, or have the key asked for anew.';
    case 'CrossSiteRequest':
      return 'Another site tried to answer for you. Nothing was changed.';
    default:
      return problemText(code);
  }
}
