import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { setUnroutablePage } from '../../http/errors/unroutable-page.ts';
import { Pages } from './pages.service.ts';
import { UnknownAddressPage } from './unknown-address-page.tsx';

/** Shows the page of an unknown address for one that cannot be parsed, such as `/%zz`. */
@Injectable()
export class UnroutableAddresses implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly pages: Pages,
  ) {}

  onModuleInit(): void {
    setUnroutablePage(this.host.httpAdapter.getInstance<FastifyInstance>(), reply => {
      this.pages.send(reply, <UnknownAddressPage frame={this.pages.frame} />);
    });
  }
}
