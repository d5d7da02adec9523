import { Controller, Get, Req, Res, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthorizedKeyRequest } from '../api-keys/requests/key-request-authorizations.service.ts';
import { withClaim } from '../api-keys/requests/rules/loopback-address.ts';
import { Config } from '../config/config.ts';
import { Allow } from '../http/origins/allow.decorator.ts';
import { ApiErrors } from '../http/errors/api-errors.decorator.ts';
import { BrokerError } from '../errors/broker-error.ts';
import type { OpenedUiSession } from '../ui-sessions/ui-sessions.service.ts';
import { ClaimCodePage } from './claim-code-page.ts';
import { FinishedLogins, type RememberedLogin } from './finished-logins.service.ts';
import { LastSignIn } from './last-sign-in.service.ts';
import { LoginCookies } from './login-cookies.service.ts';
import { LoginErrorFilter } from './login-error.filter.ts';
import { Logins } from './logins.service.ts';

/** Receives the browser back from the authorization server, for every purpose of an authorization. */
@ApiTags('login')
@Controller('oauth')
@UseFilters(LoginErrorFilter)
export class LoginCallbackController {
  constructor(
    private readonly config: Config,
    private readonly logins: Logins,
    private readonly loginCookies: LoginCookies,
    private readonly finishedLogins: FinishedLogins,
    private readonly lastSignIn: LastSignIn,
    private readonly claimCodePage: ClaimCodePage,
  ) {}

  @Get('callback')
  @Allow('anyone')
  @ApiOperation({
    operationId: 'finishLogin',
    summary: 'Finish a login (the redirect URI of the authorization server)',
  })
  @ApiQuery({ name: 'state', schema: { type: 'string' } })
  @ApiQuery({ name: 'iss', required: false, schema: { type: 'string', format: 'uri' } })
  @ApiQuery({ name: 'code', required: false, schema: { type: 'string' } })
  @ApiQuery({ name: 'error', required: false, schema: { type: 'string' } })
  @ApiResponse({
    status: 303,
    description:
      'After a sign-in to return_to, also when the same browser opens the address again. After an authorization of a key to the page of its claim code, or to the loopback address of its request. After a failure to the page that shows the error.',
  })
  @ApiResponse({
    status: 200,
    description: 'The browser that requested a key has authorized it: the page that fetches the key.',
  })
  @ApiErrors(
    'LoginCancelled',
    'LoginExpired',
    'LoginRefused',
    'ScopeRefused',
    'ClientRefused',
    'IssuerUnavailable',
    'LoginFromAnotherBrowser',
    'AccountNotAllowed',
    'WrongAccount',
    'ScopeExceeded',
    'NotFound',
    'KeyRequestNotPending',
    'TooManyApiKeys',
    'KeyRequestEnded',
  )
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    // Only a GET may consume the code.
    if (request.method === 'HEAD') return void reply.redirect(`${this.config.basePath}/`, 303);
    const { searchParams } = new URL(request.url, this.config.publicUrl);
    const state = searchParams.get('state') ?? '';
    try {
      const browser = this.loginCookies.readBrowser(request);
      const finished = await this.logins.finishLogin(searchParams, browser);
      if (finished.kind === 'signed-in') this.signIn(finished.opened, reply);
      this.finishedLogins.remember(request, reply, state, finished);
      this.goOn(finished, request, reply);
    } catch (error) {
      // The same address again, by back, reload or a second click: its code was exchanged.
      const isOver = error instanceof BrokerError && error.code === 'LoginExpired';
      const finished = isOver ? await this.finishedLogins.recall(request, state) : undefined;
      if (!finished) throw error;
      this.goOn(finished, request, reply);
    }
  }

  private signIn({ cookie, sessionId, expiresAt }: OpenedUiSession, reply: FastifyReply): void {
    this.loginCookies.setSession(reply, cookie, expiresAt);
    this.lastSignIn.remember(reply, sessionId, expiresAt);
  }

  private goOn(finished: RememberedLogin, request: FastifyRequest, reply: FastifyReply): void {
    if (finished.kind === 'key-authorized') this.sendCode(finished.request, request, reply);
    else void reply.redirect(finished.returnTo, 303);
  }

  /** Sends the code in this response only: no cache stores it. */
  private sendCode(authorized: AuthorizedKeyRequest, request: FastifyRequest, reply: FastifyReply): void {
    const { id, code, loopback } = authorized;
    if (loopback === null) this.claimCodePage.send(authorized, request, reply);
    else void reply.redirect(withClaim(loopback, id, code), 303);
  }
}
