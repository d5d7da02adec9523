import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Config } from '../../config/config.ts';
import { setErrorPage } from '../../http/errors/error-page.ts';
import { EarlyErrorPage } from './early-error-page.tsx';
import { Pages } from '../frame/pages.service.ts';
import { UnknownAddressPage } from './unknown-address-page.tsx';

/** Shows browsers a page for errors that come before every route, such as a wrong method or an address like `/%zz`. */
@Injectable()
export class ErrorPages implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  onModuleInit(): void {
    const { frame } = this.pages;
    setErrorPage(this.host.httpAdapter.getInstance<FastifyInstance>(), (code, reply) => {
      const page = EarlyErrorPage({ ...frame, code, baseUrl: this.config.baseUrl });
      this.pages.send(reply, page ?? <UnknownAddressPage frame={frame} />);
    });
  }
}
