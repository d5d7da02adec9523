import { Catch, Injectable, NotFoundException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrokerError } from '../../errors/broker-error.ts';
import { frameTexts as texts } from '../texts/frame.ts';
import { Page } from './page.tsx';
import { PageErrorFilter } from './page-error.filter.ts';

/** Shows a page for an address without a route. Things missing at a known route have `BrokerError`s instead. */
@Catch(NotFoundException)
@Injectable()
export class UnknownAddressFilter extends PageErrorFilter {
  protected sendPage(_error: BrokerError, _request: FastifyRequest, reply: FastifyReply): void {
    const { frame } = this.pages;
    this.pages.send(
      reply,
      <Page {...frame} title={texts.unknownTitle}>
        <h1>{texts.unknownTitle}</h1>
        <p>{texts.unknown}</p>
        <p>
          <a class="button" href={`${frame.basePath}/`}>
            {texts.toStart}
          </a>
        </p>
      </Page>,
    );
  }
}
