import { Body, Controller, Get, HttpCode, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiNoContentResponse,
  ApiOperation,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Caller } from '../access/caller.decorator.ts';
import type { BrowserPrincipal, Principal } from '../access/principal.ts';
import type { AuthorizedKeyRequest } from '../api-keys/key-request-authorizations.service.ts';
import { withClaim } from '../api-keys/loopback-address.ts';
import { Config } from '../config/config.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { Allow } from '../http/allow.decorator.ts';
import { ApiErrors } from '../http/api-errors.decorator.ts';
import { toOpenApiSchema } from '../http/openapi.ts';
import { requireNoForeignPage } from '../http/own-pages.ts';
import { ZodPipe } from '../http/zod.pipe.ts';
import { UiSessions } from '../ui-sessions/ui-sessions.service.ts';
import { ClaimCodePage } from './claim-code-page.ts';
import { LoginCookies } from './login-cookies.ts';
import { LoginErrorFilter } from './login-error.filter.ts';
import { LoginService } from './login.service.ts';

const loginRequest = z.object({
  identifier: z.string().trim().max(2048).optional().describe('a handle, a DID or the URL of a PDS'),
  return_to: z
    .string()
    .max(2048)
    .optional()
    .describe('where to go afterwards: a path here, or an allowed origin'),
  reconnect: z.uuid().optional().describe('the id of a session of a key that needs its owner again'),
  prompt: z
    .enum(['consent'])
    .optional()
    .describe('consent: the server asks for every permission again, given before or not'),
  replace: z.enum(['yes']).optional().describe('yes: sign in although this browser is signed in already'),
});

type LoginRequest = z.infer<typeof loginRequest>;

const REDIRECT = {
  status: 303,
  description: 'To the authorization server, or to the sign-in page.',
} as const;

@ApiTags('login')
@Controller('oauth')
@UseFilters(LoginErrorFilter)
export class LoginController {
  constructor(
    private readonly config: Config,
    private readonly login: LoginService,
    private readonly uiSessions: UiSessions,
    private readonly cookies: LoginCookies,
    private readonly claimCodePage: ClaimCodePage,
  ) {}

  /** Begins at once only where nobody else can have made the browser do it, and it signs nobody out. */
  @Get('login')
  @Allow('anyone', 'browser')
  @ApiOperation({
    operationId: 'openLogin',
    summary: 'Begins a login, for a link',
    description:
      'Without an identifier, in a browser that another account is signed in to, or when another site leads here, it shows the sign-in page.',
  })
  @ApiQuery({ name: 'identifier', required: false, schema: { type: 'string', maxLength: 2048 } })
  @ApiQuery({ name: 'return_to', required: false, schema: { type: 'string', maxLength: 2048 } })
  @ApiQuery({ name: 'prompt', required: false, schema: { type: 'string', enum: ['consent'] } })
  @ApiQuery({ name: 'reconnect', required: false, schema: { type: 'string', format: 'uuid' } })
  @ApiResponse(REDIRECT)
  @ApiErrors('InvalidRequest', 'InvalidIdentifier', 'InvalidReturnTo', 'AccountUnreachable')
  async open(
    @Query(new ZodPipe(loginRequest)) query: LoginRequest,
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
    await this.begin(identifier, query, request, reply);
  }

  @Post('login')
  @Allow('anyone', 'browser')
  @ApiOperation({ operationId: 'beginLogin', summary: 'Begins a login, from a form' })
  @ApiConsumes('application/x-www-form-urlencoded', 'application/json')
  @ApiBody({ schema: toOpenApiSchema(loginRequest) })
  @ApiResponse(REDIRECT)
  @ApiErrors(
    'InvalidRequest',
    'InvalidIdentifier',
    'InvalidReturnTo',
    'CrossSiteRequest',
    'AlreadySignedIn',
    'AccountUnreachable',
  )
  async submit(
    @Body(new ZodPipe(loginRequest)) body: LoginRequest,
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireNoForeignPage(request.headers, [this.config.publicUrl.origin, ...this.config.allowedOrigins]);
    if (body.reconnect) return this.beginReconnection(body.reconnect, body.return_to, request, reply);
    if (caller.kind === 'browser' && !body.replace) {
      throw new BrokerError(
        'AlreadySignedIn',
        'This browser is signed in. Send replace=yes to sign in all the same.',
      );
    }
    if (!body.identifier)
      throw new BrokerError('InvalidIdentifier', 'Say who you are: a handle, a DID or a PDS.');
    await this.begin(body.identifier, body, request, reply);
  }

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
    if (request.method === 'HEAD') return void reply.redirect(this.formUrl({}), 303);
    const { searchParams } = new URL(request.url, this.config.publicUrl);
    const finished = await this.login.finish(searchParams, this.cookies.read(request));
    if (finished.kind === 'key-authorized') {
      this.showCode(finished.request, reply);
      return;
    }
    if (finished.kind === 'signed-in')
      this.cookies.setSession(reply, finished.opened.cookie, finished.opened.expiresAt);
    return void reply.redirect(finished.returnTo, 303);
  }

  @Post('logout')
  @HttpCode(204)
  @Allow('browser')
  @ApiSecurity('browser')
  @ApiOperation({
    operationId: 'logOut',
    summary: 'Ends the browser session, and revokes the session behind it',
  })
  @ApiNoContentResponse({
    description: 'The cookie opens nothing any more and the session is being revoked.',
  })
  @ApiResponse({ status: 303, description: 'The same for a browser, to the sign-in page.' })
  @ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden', 'CrossSiteRequest')
  async logout(
    @Caller() { uiSessionId, did, sessionId }: BrowserPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.uiSessions.end({ id: uiSessionId, did, sessionId });
    this.cookies.clearSession(reply);
    if (request.headers.accept?.includes('text/html'))
      return void reply.redirect(`${this.config.basePath}/`, 303);
    return void reply.code(204).send();
  }

  private async begin(
    identifier: string,
    { return_to: returnTo, prompt }: LoginRequest,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const binding = this.cookies.bind(request, reply);
    const url = await this.login.begin(identifier, { returnTo, prompt }, binding);
    void reply.redirect(url.href, 303);
  }

  /** This answer alone has the code, and no browser keeps it: the spent address of the callback yields it to nobody. */
  private showCode(request: AuthorizedKeyRequest, reply: FastifyReply): void {
    void reply.header('cache-control', 'no-store');
    const { id, code, loopback } = request;
    if (loopback === null) this.claimCodePage.send(request, reply);
    else void reply.redirect(withClaim(loopback, id, code), 303);
  }

  /** Signs nobody in, and asks the owner of a session only for what it was to have: any link may lead here. */
  private async beginReconnection(
    sessionId: string,
    returnTo: string | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const binding = this.cookies.bind(request, reply);
    const url = await this.login.beginReconnection(sessionId, returnTo, binding);
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

/** Whether a login takes a browser away from who is signed in to it; consenting anew as the same account does not. */
function signsOut(caller: Principal, { identifier, prompt }: LoginRequest): boolean {
  return caller.kind === 'browser' && !(prompt === 'consent' && identifier === caller.did);
}
