import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiBody,
  ApiConsumes,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller } from '../access/caller.decorator.ts';
import type { AccountPrincipal } from '../access/principal.ts';
import { isGetSession } from '../api-keys/password-sessions/get-session.ts';
import { AllowSameOriginOnly } from '../http/origins/allow.decorator.ts';
import { exposeToPages } from '../http/origins/exposed-headers.ts';
import { ApiErrors } from '../http/errors/api-errors.decorator.ts';
import { Config } from '../config/config.ts';
import type { ErrorFormConfig } from '../http/errors/error-form.ts';
import type { OwnBodyConfig } from '../http/edge/body-parser.ts';
import { abandonBody, hasBody, type UploadedBody, uploadedBody } from '../http/edge/uploaded-body.ts';
import type { Answer } from '../identity/outbound/exchange.ts';
import { deadlineHeader, type MortalSession } from '../sessions/endings/owner-deadline.ts';
import type { PdsRequest } from '../sessions/pds/pds-requests.service.ts';
import { privateVary } from './cache-rule.ts';
import { refuseAsPageOrScript } from './page-rule.ts';
import { toCallerHeaders, toPdsHeaders } from './proxied-headers.ts';
import { SessionConcurrency } from './session-concurrency.service.ts';
import { XrpcService } from './xrpc.service.ts';

const QUERY: ErrorFormConfig = { errorForm: 'marked' };
const PROCEDURE: ErrorFormConfig & OwnBodyConfig = { errorForm: 'marked', ownBody: true };

const ANY_CONTENT = { '*/*': {} };
const PDS_ANSWER = { status: 200, description: 'What the PDS answered.', content: ANY_CONTENT };

@ApiTags('xrpc')
@ApiSecurity('browser')
@ApiSecurity('apiKey')
@ApiParam({
  name: 'nsid',
  description: 'the method, as its lexicon names it',
  schema: { type: 'string', format: 'nsid' },
})
@ApiResponse({
  status: 'default',
  description:
    "An error of the account's PDS, as it is. The broker's own errors carry the header Latchkey-Error.",
  content: ANY_CONTENT,
})
@ApiErrors(
  'InvalidRequest',
  'AuthenticationRequired',
  'InvalidToken',
  'ReauthorizationRequired',
  'SessionSuspended',
  'Forbidden',
  'CrossSiteRequest',
  'ProtectedMethod',
  'ScopeMissing',
  'RequestTimeout',
  'PayloadTooLarge',
  'TooManyRequests',
  'UpstreamUnavailable',
  'DatabaseUnavailable',
  'UpstreamTimeout',
)
@Controller('xrpc/:nsid')
export class XrpcController {
  constructor(
    private readonly xrpcService: XrpcService,
    private readonly sessionConcurrency: SessionConcurrency,
    private readonly config: Config,
  ) {}

  /** Handles HEAD too: Fastify routes it here, and it is forwarded as HEAD. */
  @Get()
  @ApiOperation({ operationId: 'callQuery', summary: "Calls a query of the account's PDS; HEAD works too" })
  @RouteConfig(QUERY)
  @ApiResponse(PDS_ANSWER)
  @AllowSameOriginOnly('browser', 'api-key')
  query(
    @Param('nsid') nsid: string,
    @Caller() caller: AccountPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return isOwnGetSession(nsid, caller)
      ? this.tellSession(caller, reply)
      : this.forward(nsid, caller, request, reply);
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({ operationId: 'callProcedure', summary: "Calls a procedure of the account's PDS" })
  @ApiConsumes('*/*')
  @ApiBody({ required: false, description: 'Passed on as it is.', schema: {} })
  @RouteConfig(PROCEDURE)
  @ApiResponse(PDS_ANSWER)
  @AllowSameOriginOnly('browser', 'api-key')
  procedure(
    @Param('nsid') nsid: string,
    @Caller() caller: AccountPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const body = hasBody(request.raw) ? uploadedBody(request.raw, this.config.uploadLimitBytes) : undefined;
    return this.forward(nsid, caller, request, reply, body);
  }

  /** A PDS would tell its own address in `didDoc`, for which clients leave. */
  private async tellSession(caller: AccountPrincipal, reply: FastifyReply): Promise<void> {
    const account = await this.xrpcService.describeSession(caller);
    void reply.header('cache-control', 'no-store').send(account);
  }

  private async forward(
    nsid: string,
    caller: AccountPrincipal,
    request: FastifyRequest,
    reply: FastifyReply,
    body?: UploadedBody,
  ): Promise<void> {
    refuseAsPageOrScript(request.headers);
    const { sessionId, did } = caller;
    reply.raw.once('close', this.sessionConcurrency.claimSlot({ sessionId, did }));
    const signal = leaving(reply);
    try {
      const call = { nsid, query: queryOf(request), onSession: noteDeadline(caller, reply) };
      const response = await this.xrpcService.forward(sessionId, call, {
        method: request.method as PdsRequest['method'],
        headers: toPdsHeaders(request.headers),
        signal,
        ...(body && { body }),
      });
      answer(reply, response);
    } catch (error) {
      if (body) abandonBody(body, request.raw);
      // Otherwise the caller has left, or was too slow and has its response.
      if (!signal.aborted && !reply.sent) throw error;
    }
  }
}

/** Programs with a key learn in its last days when its owner is needed. */
function noteDeadline(caller: AccountPrincipal, reply: FastifyReply): (session: MortalSession) => void {
  return session => {
    if (caller.kind === 'api-key')
      void reply.headers(deadlineHeader(session, caller.keyExpiresAt, Date.now()));
  };
}

function isOwnGetSession(nsid: string, caller: AccountPrincipal): boolean {
  return caller.kind === 'api-key' && caller.inPasswordSession === true && isGetSession(nsid);
}

/** Returns a signal that aborts when the caller leaves before the whole response was sent. */
function leaving({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

function queryOf({ url }: FastifyRequest): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
}

function answer(reply: FastifyReply, { statusCode, headers, body }: Answer): void {
  // Fastify names a type for a buffer that has none. It leaves a stream as it is.
  const isUntyped = headers['content-type'] === undefined && Buffer.isBuffer(body);
  const content = isUntyped ? Readable.from([body]) : body;
  const passed = toCallerHeaders(headers);
  exposeToPages(reply, Object.keys(passed));
  const vary = privateVary(reply.getHeader('vary')?.toString(), passed.vary);
  void reply
    .code(statusCode)
    .headers({ ...passed, vary })
    .send(content);
}
