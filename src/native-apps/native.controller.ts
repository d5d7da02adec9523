import { Body, Controller, Headers, HttpCode, Options, Post, Req, Res, UseGuards } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiExcludeEndpoint,
  ApiHeader,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Allow } from '../http/allow.decorator.ts';
import type { FlatBodyConfig } from '../http/body-parser.ts';
import { CallingApp } from './calling-app.decorator.ts';
import { KnownApps, type KnownApp } from './known-apps.ts';
import { NativeAppGuard } from './native-app.guard.ts';
import { allowPreflight } from './native-cors.ts';
import { oauthErrorSchema, requestSchemas } from './native-openapi.ts';
import { grantKindOf, type Parameters, parseRequest } from './native-parameters.ts';
import { type KeyedAnswer, NativeRefreshes } from './native-refreshes.service.ts';
import { NativeRequests } from './native-requests.service.ts';

/** Their answers to other origins are said here, app by app, and not by the broker's own list. */
const CONFIG: FlatBodyConfig & { readonly cors: false } = { flatBody: true, cors: false };

const answered = ApiResponse({
  status: 'default',
  description: "The issuer's own answer, status and body as it gave them; or an error of the broker's.",
  headers: {
    'Latchkey-Key-Id': { description: 'the key that signed; send it as key_id', schema: { type: 'string' } },
    'DPoP-Nonce': { description: 'for the next proof', schema: { type: 'string' } },
  },
  content: { 'application/json': { schema: { type: 'object' } } },
});

const refused = (status: number, description: string): MethodDecorator =>
  ApiResponse({ status, description, content: { 'application/json': { schema: oauthErrorSchema } } });

const dpopHeader = ApiHeader({
  name: 'DPoP',
  required: false,
  description: "the app's proof for the issuer's own endpoint (RFC 9449); it is passed on untouched",
  schema: { type: 'string' },
});

/** The endpoints that native apps ask instead of their issuers'. */
@ApiTags('native apps')
@Controller('native')
export class NativeController {
  constructor(
    private readonly requests: NativeRequests,
    private readonly refreshes: NativeRefreshes,
    private readonly apps: KnownApps,
  ) {}

  @Post('par')
  @HttpCode(200)
  @Allow('anyone')
  @UseGuards(NativeAppGuard)
  @RouteConfig(CONFIG)
  @ApiOperation({
    operationId: 'pushNativeRequest',
    summary: "Push an app's authorization request (RFC 9126)",
  })
  @ApiConsumes('application/x-www-form-urlencoded', 'application/json')
  @ApiBody({ schema: requestSchemas.par })
  @dpopHeader
  @answered
  @refused(400, 'invalid_request, invalid_dpop_proof')
  async par(
    @CallingApp() app: KnownApp,
    @Body() parameters: Parameters,
    @Headers('dpop') dpop: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    send(reply, await this.requests.push(app, parseRequest('par', parameters), dpop));
  }

  @Post('token')
  @HttpCode(200)
  @Allow('anyone')
  @UseGuards(NativeAppGuard)
  @RouteConfig(CONFIG)
  @ApiOperation({
    operationId: 'requestNativeToken',
    summary: 'Redeem a code, or refresh, which can be repeated for ten minutes (RFC 6749)',
  })
  @ApiConsumes('application/x-www-form-urlencoded', 'application/json')
  @ApiBody({ schema: requestSchemas.token })
  @dpopHeader
  @answered
  @refused(400, 'invalid_request, invalid_dpop_proof, use_dpop_nonce')
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
        ? await this.refreshes.refresh(app, request, dpop)
        : await this.requests.redeem(app, request, dpop);
    send(reply, answer);
  }

  @Post('revoke')
  @HttpCode(200)
  @Allow('anyone')
  @UseGuards(NativeAppGuard)
  @RouteConfig(CONFIG)
  @ApiOperation({ operationId: 'revokeNativeToken', summary: 'End a session of an app (RFC 7009)' })
  @ApiConsumes('application/x-www-form-urlencoded', 'application/json')
  @ApiBody({ schema: requestSchemas.revoke })
  @dpopHeader
  @answered
  @refused(400, 'invalid_request')
  async revoke(
    @CallingApp() app: KnownApp,
    @Body() parameters: Parameters,
    @Headers('dpop') dpop: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    send(reply, await this.requests.revoke(app, parseRequest('revoke', parameters), dpop));
  }

  /** A preflight names no app: any whose pages may call lets it pass, and the app itself is asked afterwards. */
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
    if (origin === undefined || !(await this.apps.hasOrigin(origin))) return;
    allowPreflight(reply, origin, headers['access-control-request-headers']);
  }
}

function send(reply: FastifyReply, { answer, kid }: KeyedAnswer): void {
  const headers = { 'cache-control': 'no-store', ...answer.headers, 'latchkey-key-id': kid };
  // As bytes: to a text the framework would add a charset.
  void reply.code(answer.status).headers(headers).send(Buffer.from(answer.body));
}
