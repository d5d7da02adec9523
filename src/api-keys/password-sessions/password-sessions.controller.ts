import { Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callSenderOf } from '../../access/credential-use.ts';
import { findCredential } from '../../access/credential.ts';
import { isApiKeySecret } from '../../crypto/api-key-secret.ts';
import { BrokerError, invalidToken } from '../../errors/broker-error.ts';
import { ApiErrors } from '../../http/errors/api-errors.decorator.ts';
import type { ErrorFormConfig } from '../../http/errors/error-form.ts';
import type { OwnBodyConfig } from '../../http/edge/body-parser.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { BodyOf } from '../../http/schemas/body-of.decorator.ts';
import { toOpenApiSchema } from '../../http/schemas/openapi-schema.ts';
import { type OpenedSession, openedSession } from './opened-session.ts';
import { fromBrowser, keyHasNoSession } from './password-session-refusals.ts';
import { PasswordLogins } from './password-logins.service.ts';
import { PasswordSessions } from './password-sessions.service.ts';

const MARKED: ErrorFormConfig = { errorForm: 'marked' };

/** Clients disagree in what they send as no body. */
const WITHOUT_BODY: ErrorFormConfig & OwnBodyConfig = { errorForm: 'marked', ownBody: true };

const login = z.object({
  identifier: z
    .string()
    .min(1)
    .max(2_048)
    .meta({ description: "the handle or DID of the key's account", examples: ['alice.bsky.social'] }),
  password: z
    .string()
    .min(1)
    .max(512)
    .meta({ description: 'the API key', examples: ['ckapi_…'] }),
});

/** The methods by which programs written for app passwords sign in. */
@ApiTags('xrpc')
@ApiErrors('InvalidRequest', 'TooManyRequests', 'DatabaseUnavailable')
@Controller('xrpc')
export class PasswordSessionsController {
  constructor(
    private readonly passwordLogins: PasswordLogins,
    private readonly passwordSessions: PasswordSessions,
  ) {}

  @Post('com.atproto.server.createSession')
  @HttpCode(200)
  @Allow('anyone')
  @RouteConfig(MARKED)
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'createPasswordSession',
    summary: 'Signs a program in with an API key as its app password',
  })
  @ApiOkResponse({ description: 'The tokens of the session.', schema: toOpenApiSchema(openedSession) })
  @ApiErrors(
    'AuthenticationRequired',
    'ReauthorizationRequired',
    'Forbidden',
    'TokenUnavailable',
    'AccountUnreachable',
  )
  create(
    @BodyOf(login) input: z.infer<typeof login>,
    @Req() request: FastifyRequest,
  ): Promise<OpenedSession> {
    const { headers } = request;
    // Node's own fetch sends Sec-Fetch-Mode, but only browsers send these.
    if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) throw fromBrowser();
    return this.passwordLogins.logIn(input, callSenderOf(request));
  }

  @Post('com.atproto.server.refreshSession')
  @HttpCode(200)
  @Allow('anyone')
  @RouteConfig(WITHOUT_BODY)
  @Header('cache-control', 'no-store')
  @ApiSecurity('passwordSession')
  @ApiOperation({
    operationId: 'refreshPasswordSession',
    summary: 'Renews the tokens of a password session by its refresh token',
  })
  @ApiOkResponse({ description: 'The new tokens.', schema: toOpenApiSchema(openedSession) })
  @ApiErrors('AuthenticationRequired', 'InvalidToken', 'ExpiredToken', 'ProtectedMethod')
  refresh(@Req() request: FastifyRequest): Promise<OpenedSession> {
    return this.passwordSessions.renew(bearerOf(request), callSenderOf(request));
  }

  @Post('com.atproto.server.deleteSession')
  @HttpCode(200)
  @Allow('anyone')
  @RouteConfig(WITHOUT_BODY)
  @ApiSecurity('passwordSession')
  @ApiOperation({
    operationId: 'deletePasswordSession',
    summary: 'Ends a password session by one of its tokens',
  })
  @ApiOkResponse({ description: 'The session has ended.' })
  @ApiErrors('AuthenticationRequired', 'InvalidToken', 'ProtectedMethod')
  delete(@Req() request: FastifyRequest): Promise<void> {
    return this.passwordSessions.end(bearerOf(request), request.ip);
  }
}

/** @throws BrokerError `AuthenticationRequired`, `InvalidToken`, `ProtectedMethod` */
function bearerOf({ headers }: FastifyRequest): string {
  const credential = findCredential(headers.authorization, undefined);
  // `InvalidToken` would tell a program to throw its key away.
  if (credential?.carrier === 'bearer' && isApiKeySecret(credential.value)) throw keyHasNoSession();
  if (credential?.carrier === 'bearer') return credential.value;
  if (credential) throw invalidToken();
  throw new BrokerError(
    'AuthenticationRequired',
    "Send the session's token in the Authorization header: Bearer eyJ…",
  );
}
