import { Controller, HttpCode, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller } from '../access/caller.decorator.ts';
import type { BrowserPrincipal, SuspendedBrowserPrincipal } from '../access/principal.ts';
import { Config } from '../config/config.ts';
import { Allow } from '../http/origins/allow.decorator.ts';
import { ApiErrors } from '../http/errors/api-errors.decorator.ts';
import { UiSessions } from '../ui-sessions/ui-sessions.service.ts';
import { LastSignIn } from './last-sign-in.service.ts';
import { LoginCookies } from './login-cookies.service.ts';
import { LoginErrorFilter } from './login-error.filter.ts';

@ApiTags('login')
@Controller('oauth')
@UseFilters(LoginErrorFilter)
export class LogoutController {
  constructor(
    private readonly config: Config,
    private readonly uiSessions: UiSessions,
    private readonly loginCookies: LoginCookies,
    private readonly lastSignIn: LastSignIn,
  ) {}

  @Post('logout')
  @HttpCode(204)
  @Allow('browser', 'suspended-browser')
  @ApiSecurity('browser')
  @ApiOperation({
    operationId: 'logOut',
    summary: 'End the browser session and revoke the session behind it',
  })
  @ApiNoContentResponse({
    description: 'The cookie no longer works, and the broker is revoking the session.',
  })
  @ApiResponse({ status: 303, description: 'For a browser: to the sign-in page.' })
  @ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden', 'CrossSiteRequest')
  async logout(
    @Caller() { uiSessionId, did, sessionId }: BrowserPrincipal | SuspendedBrowserPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.uiSessions.endUiSession({ id: uiSessionId, did, sessionId });
    this.loginCookies.clearSession(reply);
    this.lastSignIn.forget(reply);
    if (request.headers.accept?.includes('text/html'))
      return void reply.redirect(`${this.config.basePath}/?done=signed-out`, 303);
    return void reply.code(204).send();
  }
}
