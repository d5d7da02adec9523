import { type ArgumentsHost, Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../config/config.ts';
import { ErrorFilter } from '../http/error.filter.ts';
import { toBrokerError } from '../http/to-broker-error.ts';
import { Log } from '../observability/log.ts';

/** Shows a person what went wrong with their login on the sign-in page; programs get the error as everywhere. */
@Catch()
@Injectable()
export class LoginErrorFilter extends ErrorFilter {
  constructor(
    log: Log,
    private readonly config: Config,
  ) {
    super(log);
  }

  override catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    if (!request.headers.accept?.includes('text/html')) {
      super.catch(thrown, host);
      return;
    }
    const error = toBrokerError(thrown);
    this.report(error, request);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.redirect(`${this.config.basePath}/?problem=${error.code}`, 303);
  }
}
