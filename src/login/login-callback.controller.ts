import { Controller, Get, Req, Res, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthorizedKeyRequest } from '../api-keys/requests/key-request-authorizations.service.ts';
import { withClaim } from '../api-keys/requests/loopback-address.ts';
import { Config } from '../config/config.ts';
import { Allow } from '../http/origins/allow.decorator.ts';
import { ApiErrors } from '../http/errors/api-errors.decorator.ts';
import { ClaimCodePage } from './claim-code-page.ts';
import { LoginCookies } from './login-cookies.service.ts';
import { LoginErrorFilter } from './login-error.filter.ts';
import { LoginService } from './login.service.ts';

/** Takes the browser back from the authorization server, whatever the authorization was for. */
@ApiTags('login')
@Controller('oauth')
@UseFilters(LoginErrorFilter)
export class LoginCallbackController {
  constructor(
    private readonly config: Config,
    private readonly login: LoginService,
    private readonly loginCookies: LoginCookies,
    private readonly claimCodePage: ClaimCodePage,
  ) {}

  @Get('callback')
  @Allow('anyone')
  @ApiOperation({
    operationId: 'finishLogin',
    summary: 'Where the authorization server sends the browser back to',
  })
  @ApiQuery({ name: 'state', schema: { type: 'string' } })
  @ApiQuery({ name: 'iss', required: false, schema: { type: 'string', format: 'uri' } })
  @ApiQuery({ name: 'code', required: false, schema: { type: 'string' } })
  @ApiQuery({ name: 'error', required: false, schema: { type: 'string' } })
  @ApiResponse({
    status: 303,
    description:
      'Signed in, to return_to; a key was authorized, to the loopback address of who asked for it; or to the sign-in page, which says why not.',
  })
  @ApiResponse({
    status: 200,
    description: 'A key was authorized: the page that shows its claim code, once.',
  })
  @ApiErrors(
    'LoginCancelled',
    'LoginExpired',
    'LoginRefused',
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
    // A HEAD asks what would happen; only a GET may spend the code.
    if (request.method === 'HEAD') return void reply.redirect(`${this.config.basePath}/`, 303);
    const { searchParams } = new URL(request.url, this.config.publicUrl);
    const finished = await this.login.finish(searchParams, this.loginCookies.read(request));
    if (finished.kind === 'key-authorized') {
      this.showCode(finished.request, request, reply);
      return;
    }
    if (finished.kind === 'signed-in')
      this.loginCookies.setSession(reply, finished.opened.cookie, finished.opened.expiresAt);
    return void reply.redirect(finished.returnTo, 303);
  }

  /** This answer alone has the code, and no browser keeps it: the spent address of the callback yields it to nobody. */
  private showCode(authorized: AuthorizedKeyRequest, request: FastifyRequest, reply: FastifyReply): void {
    void reply.header('cache-control', 'no-store');
    const { id, code, loopback } = authorized;
    if (loopback === null) this.claimCodePage.send(authorized, request, reply);
    else void reply.redirect(withClaim(loopback, id, code), 303);
  }
}
