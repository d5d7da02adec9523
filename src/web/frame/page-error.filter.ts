import { type ArgumentsHost, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../config/config.ts';
import type { BrokerError } from '../../errors/broker-error.ts';
import { ErrorFilter } from '../../http/errors/error.filter.ts';
import { toErrorResponse } from '../../http/errors/error-response.ts';
import { toBrokerError } from '../../http/errors/to-broker-error.ts';
import { Log } from '../../observability/log/log.ts';
import { Pages } from './pages.service.ts';

/** Tells a person on a page what went wrong, under the error's own status or by another page; programs get the error. */
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
    this.show(error, request, http.getResponse<FastifyReply>().code(status).headers(headers));
  }

  /** Sends what the person sees; the reply has the error's status and headers already. */
  protected abstract show(error: BrokerError, request: FastifyRequest, reply: FastifyReply): void;
}
