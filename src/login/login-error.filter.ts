import { type ArgumentsHost, Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { BrokerError } from '../errors/broker-error.ts';
import type { ErrorCode } from '../errors/error-code.ts';
import { ErrorFilter } from '../http/errors/error.filter.ts';
import { toBrokerError } from '../http/errors/to-broker-error.ts';
import { Config } from '../config/config.ts';
import { Log } from '../observability/log/log.ts';
import { FailedAuthorization } from '../oauth/authorization/failed-authorization.ts';
import { type LoginFields, LoginProblemPage } from './login-problem-page.ts';

const keptField = z.string().max(2048).optional().catch(undefined);
const keptFields = z.object({ identifier: keptField, return_to: keptField, prompt: keptField });

/** Errors of the person's own server, or of its lookup. */
const ofOwnServer: readonly ErrorCode[] = [
  'LoginRefused',
  'ScopeRefused',
  'ClientRefused',
  'LoginUnsupported',
  'IssuerUnavailable',
  'AccountNotFound',
  'AccountUnreachable',
];

/** Redirects a browser to the page where its login began, with the error. Programs get the usual error response. */
@Catch()
@Injectable()
export class LoginErrorFilter extends ErrorFilter {
  constructor(
    log: Log,
    config: Config,
    private readonly loginProblemPage: LoginProblemPage,
  ) {
    super(log, config);
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
    // A program behind a browser's headers must see the status and when to try again.
    if (error.code === 'TooManyRequests') {
      this.loginProblemPage.send(error, fieldsOf(request), reply);
      return;
    }
    void reply.redirect(this.config.basePath + problemPageOf(error, request, this.config.basePath), 303);
  }

  /** Logs the cause for the operator: the person's page shows only that the login failed. */
  protected override report(error: BrokerError, request: FastifyRequest): void {
    if (ofOwnServer.includes(error.code)) {
      this.log.loginRefused(error.code, error.cause ?? error);
    } else {
      super.report(error, request);
    }
  }
}

/** Returns the page where the failed login began, or the sign-in page, relative to the base path. */
function problemPageOf(error: BrokerError, request: FastifyRequest, basePath: string): string {
  if (!(error instanceof FailedAuthorization)) return `/?${queryOf(error.code, request)}`;
  const problem = new URLSearchParams({ problem: error.code });
  const { purpose, target, returnTo } = error.intent;
  switch (purpose) {
    case 'key_request':
      return `/connect/${target ?? ''}?${problem}`;
    case 'reconnect':
      return `/account?${problem}`;
    case 'sign_in':
      if (returnTo !== `${basePath}/`) problem.set('return_to', returnTo);
      return `/?${problem}`;
  }
}

/** Returns the query of the sign-in page: the problem, and the person's input for correction. */
function queryOf(problem: ErrorCode, request: FastifyRequest): URLSearchParams {
  const kept = fieldsOf(request);
  return new URLSearchParams({
    problem,
    ...(kept.identifier && { identifier: kept.identifier }),
    ...(kept.prompt && { prompt: kept.prompt }),
    ...(kept.return_to && problem !== 'InvalidReturnTo' && { return_to: kept.return_to }),
  });
}

function fieldsOf({ body, query }: FastifyRequest): LoginFields {
  return keptFields.safeParse(body ?? query).data ?? {};
}
