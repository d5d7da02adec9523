import { Controller, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SessionId } from '../database/tables/id.ts';
import { Caller } from '../access/caller.decorator.ts';
import type { Principal } from '../access/principal.ts';
import { Config } from '../config/config.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { Allow } from '../http/origins/allow.decorator.ts';
import { ApiErrors } from '../http/errors/api-errors.decorator.ts';
import { requireNoForeignPage } from '../http/origins/own-pages.ts';
import { BodyOf } from '../http/schemas/body-of.decorator.ts';
import { QueryOf } from '../http/schemas/query-of.decorator.ts';
import { AuthorizationLimits } from '../oauth/authorization/authorization-limits.service.ts';
import { LoginCookies } from './login-cookies.service.ts';
import { LoginErrorFilter } from './login-error.filter.ts';
import { type LoginRequest, loginRequest } from './login-request.ts';
import { Logins } from './logins.service.ts';

const REDIRECT = {
  status: 303,
  description: 'To the authorization server, or to the sign-in page.',
} as const;

/** Begins sign-ins, and reconnections of keys' sessions. */
@ApiTags('login')
@Controller('oauth')
@UseFilters(LoginErrorFilter)
export class LoginController {
  constructor(
    private readonly config: Config,
    private readonly logins: Logins,
    private readonly loginCookies: LoginCookies,
    private readonly authorizationLimits: AuthorizationLimits,
  ) {}

  /** Begins at once only if no other site can have caused the request, and only if no other account is signed in. */
  @Get('login')
  @Allow('anyone', 'browser')
  @ApiOperation({
    operationId: 'openLogin',
    summary: 'Begin a login from a link',
    description:
      'Redirects to the sign-in page if there is no identifier, if another account is signed in, or if the link is on another site.',
  })
  @ApiResponse(REDIRECT)
  @ApiErrors(
    'InvalidRequest',
    'InvalidIdentifier',
    'InvalidReturnTo',
    'AccountNotFound',
    'AccountUnreachable',
    'IssuerUnavailable',
    'LoginRefused',
    'ScopeRefused',
    'ClientRefused',
    'LoginUnsupported',
    'TooManyRequests',
  )
  async beginFromLink(
    @QueryOf(loginRequest) query: LoginRequest,
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (query.reconnect && request.method === 'GET') {
      return this.beginReconnection(query.reconnect, query.return_to, request, reply);
    }
    const { identifier } = query;
    const crossSite = request.headers['sec-fetch-site'] === 'cross-site';
    if (!identifier || crossSite || signsOut(caller, query) || request.method === 'HEAD') {
      return void reply.redirect(this.formUrl(query), 303);
    }
    await this.beginSignIn(identifier, query, request, reply);
  }

  @Post('login')
  @Allow('anyone', 'browser')
  @ApiOperation({ operationId: 'beginLogin', summary: 'Begin a login from a form' })
  @ApiConsumes('application/x-www-form-urlencoded', 'application/json')
  @ApiResponse(REDIRECT)
  @ApiErrors(
    'InvalidRequest',
    'InvalidIdentifier',
    'InvalidReturnTo',
    'CrossSiteRequest',
    'AlreadySignedIn',
    'AccountUnreachable',
    'IssuerUnavailable',
    'LoginRefused',
    'ScopeRefused',
    'ClientRefused',
    'LoginUnsupported',
    'TooManyRequests',
  )
  async beginFromForm(
    @BodyOf(loginRequest) body: LoginRequest,
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireNoForeignPage(request.headers, [this.config.publicUrl.origin, ...this.config.allowedOrigins]);
    if (body.reconnect) return this.beginReconnection(body.reconnect, body.return_to, request, reply);
    if (caller.kind === 'browser' && !body.replace) {
      throw new BrokerError(
        'AlreadySignedIn',
        'This browser is already signed in. Send replace=yes to sign in anyway.',
      );
    }
    if (!body.identifier)
      throw new BrokerError(
        'InvalidIdentifier',
        'Enter a handle (such as alice.bsky.social), a DID or the URL of a PDS.',
      );
    await this.beginSignIn(body.identifier, body, request, reply);
  }

  private async beginSignIn(
    identifier: string,
    { return_to: returnTo, prompt }: LoginRequest,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    await this.authorizationLimits.countBegun(request.ip);
    const binding = this.loginCookies.bindBrowser(request, reply);
    const url = await this.logins.beginSignIn(identifier, { returnTo, prompt }, binding);
    void reply.redirect(url.href, 303);
  }

  /** Needs no check of the origin: a reconnection signs no browser in and requests only the scope of its session. */
  private async beginReconnection(
    sessionId: SessionId,
    returnTo: string | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    await this.authorizationLimits.countBegun(request.ip);
    const binding = this.loginCookies.bindBrowser(request, reply);
    const url = await this.logins.beginReconnection(sessionId, returnTo, binding);
    void reply.redirect(url.href, 303);
  }

  private formUrl({ identifier, return_to, prompt }: LoginRequest): string {
    const query = new URLSearchParams({
      ...(identifier && { identifier }),
      ...(return_to && { return_to }),
      ...(prompt && { prompt }),
    });
    return `${this.config.basePath}/${query.size > 0 ? `?${query}` : ''}`;
  }
}

/** Returns whether a login would sign another account out. A new consent of the same account does not. */
function signsOut(caller: Principal, { identifier, prompt }: LoginRequest): boolean {
  return caller.kind === 'browser' && !(prompt === 'consent' && identifier === caller.did);
}
