import { type ArgumentsHost, Catch, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ErrorFilter } from '../http/errors/error.filter.ts';
import { toBrokerError } from '../http/errors/to-broker-error.ts';
import { NO_CALLER } from './caller-headers.ts';

/** Sends a refusal with empty caller headers and with its code in a header: most proxies ignore the body. */
@Catch()
@Injectable()
export class ForwardAuthErrorFilter extends ErrorFilter {
  override catch(thrown: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    reply.headers({ ...NO_CALLER, 'latchkey-error': toBrokerError(thrown).code });
    super.catch(thrown, host);
  }
}
