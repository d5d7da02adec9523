import { type ArgumentsHost, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../config/config.ts';
import type { BrokerError } from '../../errors/broker-error.ts';
import { ErrorFilter } from '../../http/errors/error.filter.ts';
import { toErrorResponse } from '../../http/errors/error-response.ts';
import { toBrokerError } from '../../http/errors/to-broker-error.ts';
import { Log } from '../../observability/log/log.ts';
import { Pages } from './pages.service.ts';

/** Shows errors as pages to browsers, with the error's status. Programs, which don't accept HTML, get JSON. */
@Injectable()
export abstract class PageErrorFilter extends ErrorFilter {
  constructor(
    log: Log,
    config: Config,
    protected readonly pages: Pages,
  ) {
    super(log, config);
  }

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
    this.sendPage(error, request, http.getResponse<FastifyReply>().code(status).headers(headers));
  }

  /** Sends a page or a redirect. The reply already has the error's status and headers. */
  protected abstract sendPage(error: BrokerError, request: FastifyRequest, reply: FastifyReply): void;
}
