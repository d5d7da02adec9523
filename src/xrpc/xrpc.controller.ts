import { Body, Controller, Get, Head, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiParam, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller } from '../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../access/principal.ts';
import { AllowSameOriginOnly } from '../http/allow.decorator.ts';
import type { RawBodyConfig } from '../http/body-parser.ts';
import { BrokerError } from '../errors/broker-error.ts';
import type { PdsRequest, PdsResponse } from '../sessions/pds-requests.ts';
import { toCallerHeaders, toPdsHeaders } from './proxied-headers.ts';
import { XrpcService } from './xrpc.service.ts';

const BODY: RawBodyConfig = { rawBody: true, maxBodyBytes: 8 * 1024 * 1024 };

@ApiTags('xrpc')
@ApiSecurity('browser')
@ApiParam({ name: 'nsid', description: 'the method, as its lexicon names it' })
@ApiResponse({
  status: 'default',
  description: "The answer of the account's PDS; the broker's own errors carry Latchkey-Error.",
})
@Controller('xrpc/:nsid')
export class XrpcController {
  constructor(private readonly xrpc: XrpcService) {}

  @Get()
  @AllowSameOriginOnly('browser')
  query(
    @Param('nsid') nsid: string,
    @Caller() caller: BrowserPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.forward(nsid, caller, request, reply);
  }

  @Head()
  @AllowSameOriginOnly('browser')
  head(
    @Param('nsid') nsid: string,
    @Caller() caller: BrowserPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.forward(nsid, caller, request, reply);
  }

  @Post()
  @HttpCode(200)
  @RouteConfig(BODY)
  @AllowSameOriginOnly('browser')
  procedure(
    @Param('nsid') nsid: string,
    @Caller() caller: BrowserPrincipal,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.forward(nsid, caller, request, reply, body);
  }

  private async forward(
    nsid: string,
    { sessionId }: BrowserPrincipal,
    request: FastifyRequest,
    reply: FastifyReply,
    body?: Buffer,
  ): Promise<void> {
    refuseNavigation(request);
    const response = await this.xrpc.forward(sessionId, nsid, queryOf(request), {
      method: request.method as PdsRequest['method'],
      headers: toPdsHeaders(request.headers),
      ...(body && { body }),
    });
    answer(reply, response);
  }
}

/** A page of the PDS's making must not open on our origin, not even sandboxed. */
function refuseNavigation({ headers }: FastifyRequest): void {
  if (headers['sec-fetch-mode'] !== 'navigate') return;
  throw new BrokerError('Forbidden', 'This is for programs; a browser cannot open it as a page.');
}

function queryOf({ url }: FastifyRequest): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
}

function answer(reply: FastifyReply, { statusCode, headers, body }: PdsResponse): void {
  void reply.code(statusCode).headers(toCallerHeaders(headers)).send(body);
}
