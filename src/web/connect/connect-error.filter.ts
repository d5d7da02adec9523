import { Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrokerError } from '../../errors/broker-error.ts';
import { PageErrorFilter } from '../frame/page-error.filter.ts';
import { connectTexts as texts } from '../texts/connect.ts';
import { problemText } from '../texts/problem-text.ts';
import { ConnectNotice } from './connect-notice.tsx';

/** Shows why a key request can't be answered. */
@Catch()
@Injectable()
export class ConnectErrorFilter extends PageErrorFilter {
  protected sendPage(error: BrokerError, _request: FastifyRequest, reply: FastifyReply): void {
    const { code } = error;
    this.pages.send(reply, ConnectNotice({ ...this.pages.frame, problem: code, text: textOf(error) }));
  }
}

function textOf({ code, message }: BrokerError): string {
  switch (code) {
    case 'KeyRequestEnded':
      return message;
    case 'NotFound':
      return texts.notFound;
    case 'CrossSiteRequest':
      return texts.foreign;
    default:
      return problemText(code);
  }
}
