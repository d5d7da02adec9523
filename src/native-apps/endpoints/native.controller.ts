import { Body, Controller, Headers, HttpCode, Ip, Options, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { AuthorizationLimits } from '../../oauth/authorization/authorization-limits.service.ts';
import { CallingApp } from './calling-app.decorator.ts';
import { NativeAppCache, type KnownApp } from '../registry/native-app.cache.ts';
import { allowPreflight } from './native-cors.ts';
import { NativeEndpoint } from './native-endpoint.decorator.ts';
import { grantKindOf, type Parameters, parseRequest } from '../refresh/native-parameters.ts';
import { type KeyedAnswer, NativeRefreshes } from './native-refreshes.service.ts';
import { NativeRequests } from './native-requests.service.ts';

/** The endpoints that native apps call instead of their issuer's. */
@ApiTags('native apps')
@Controller('native')
export class NativeController {
  constructor(
    private readonly nativeRequests: NativeRequests,
    private readonly nativeRefreshes: NativeRefreshes,
    private readonly nativeAppCache: NativeAppCache,
    private readonly authorizationLimits: AuthorizationLimits,
  ) {}

  @NativeEndpoint('par', {
    operationId: 'pushNativeRequest',
    summary: "Push an app's authorization request (RFC 9126)",
    refusals: 'invalid_request, invalid_dpop_proof',
  })
  async par(
    @CallingApp() app: KnownApp,
    @Body() parameters: Parameters,
    @Headers('dpop') dpop: string | undefined,
    @Ip() address: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const request = parseRequest('par', parameters);
    await this.authorizationLimits.countBegun(address);
    send(reply, await this.nativeRequests.push(app, request, dpop));
  }

  @NativeEndpoint('token', {
    operationId: 'requestNativeToken',
    summary: 'Redeem a code, or refresh, which can be repeated for ten minutes (RFC 6749)',
    refusals: 'invalid_request, invalid_dpop_proof, use_dpop_nonce',
  })
  async token(
    @CallingApp() app: KnownApp,
    @Body() parameters: Parameters,
    @Headers('dpop') dpop: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const kind = grantKindOf(parameters);
    const request = parseRequest(kind, parameters);
    const answer =
      kind === 'refresh'
        ? await this.nativeRefreshes.refresh(app, request, dpop)
        : await this.nativeRequests.redeem(app, request, dpop);
    send(reply, answer);
  }

  @NativeEndpoint('revoke', {
    operationId: 'revokeNativeToken',
    summary: 'End a session of an app (RFC 7009)',
    refusals: 'invalid_request',
  })
  async revoke(
    @CallingApp() app: KnownApp,
    @Body() parameters: Parameters,
    @Headers('dpop') dpop: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    send(reply, await this.nativeRequests.revoke(app, parseRequest('revoke', parameters), dpop));
  }

  /** A preflight names no app, so the origin of any app passes. The request itself is checked against its app. */
  @Options(['par', 'token', 'revoke'])
  @HttpCode(204)
  @Allow('anyone')
  @RouteConfig({ cors: false })
  @ApiExcludeEndpoint()
  async preflight(
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { origin } = headers;
    if (origin === undefined || !(await this.nativeAppCache.hasOrigin(origin))) return;
    allowPreflight(reply, origin, headers['access-control-request-headers']);
  }
}

function send(reply: FastifyReply, { answer, kid }: KeyedAnswer): void {
  const headers = { ...answer.headers, 'latchkey-key-id': kid };
  // As bytes: Fastify adds a charset to text.
  void reply.code(answer.status).headers(headers).send(Buffer.from(answer.body));
}
