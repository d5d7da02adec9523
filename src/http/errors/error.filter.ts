import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../config/config.ts';
import type { BrokerError } from '../../errors/broker-error.ts';
import { Log } from '../../observability/log/log.ts';
import { sendError } from './send-error.ts';
import { statusTable } from './status-table.ts';
import { toBrokerError } from './to-broker-error.ts';

/** Turns every error into a response, and logs those that the broker or a server behind it caused. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    protected readonly log: Log,
    protected readonly config: Config,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = toBrokerError(thrown);
    this.report(error, request);
    if (!reply.sent) sendError(error, request, reply, this.config.baseUrl);
  }

  protected report(error: BrokerError, request: FastifyRequest): void {
    switch (error.code) {
      case 'SealedRowUnreadable':
        this.log.rowUnreadable(error);
        return;
      case 'DatabaseUnavailable':
        this.log.databaseFailed(error);
        return;
      default:
        // A lower status is the caller's own doing, and the response tells everything.
        if (statusTable[error.code] >= 500) this.log.requestFailed(factsOf(request, error), error);
    }
  }
}

function factsOf(request: FastifyRequest, { code }: BrokerError): Parameters<Log['requestFailed']>[0] {
  return { requestId: request.id, method: request.method, route: routeOf(request), code };
}

function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown';
}
