import { Catch, Injectable, NotFoundException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrokerError } from '../../errors/broker-error.ts';
import { PageErrorFilter } from '../frame/page-error.filter.ts';
import { UnknownAddressPage } from './unknown-address-page.tsx';

/** Shows a page for an address without a route. Things missing at a known route have `BrokerError`s instead. */
@Catch(NotFoundException)
@Injectable()
export class UnknownAddressFilter extends PageErrorFilter {
  protected sendPage(_error: BrokerError, _request: FastifyRequest, reply: FastifyReply): void {
    this.pages.send(reply, <UnknownAddressPage frame={this.pages.frame} />);
  }
}
