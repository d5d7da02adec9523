import { type ArgumentsHost, Catch, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ErrorFilter } from '../http/errors/error.filter.ts';
import { toBrokerError } from '../http/errors/to-broker-error.ts';
import { NO_CALLER } from './caller-headers.ts';

/** Names nobody where a proxy is refused, and says why in a header: most proxies do not look at the body. */
@Catch()
@Injectable()
export class ForwardAuthErrorFilter extends ErrorFilter {
  override catch(thrown: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    reply.headers({ ...NO_CALLER, 'latchkey-error': toBrokerError(thrown).code });
    super.catch(thrown, host);
  }
}
