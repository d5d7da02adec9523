import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Caller } from '../access/caller.decorator.ts';
import type { AccountPrincipal } from '../access/principal.ts';
import { Config } from '../config/config.ts';
import { Allow } from '../http/origins/allow.decorator.ts';
import { ApiErrors } from '../http/errors/api-errors.decorator.ts';
import { toOpenApiSchema } from '../http/schemas/openapi-schema.ts';
import { VerifiedHandles } from '../identity/handles/verified-handles.service.ts';
import { reconsentUrl } from '../sessions/endings/reconsent-url.ts';
import { deadlineHeader, ownerDeadlineOf } from '../sessions/endings/owner-deadline.ts';
import { ScopeShortfalls } from '../sessions/stored/scope-shortfalls.service.ts';
import { Sessions } from '../sessions/use/sessions.service.ts';

const me = z.object({
  did: z.string(),
  handle: z
    .string()
    .nullable()
    .describe('verified in both directions within the last hour; null if there is none'),
  pds: z.url(),
  credential: z.enum(['browser', 'api-key']),
  scope: z.string().describe('what the account granted'),
  scopeShortfall: z
    .array(z.string())
    .optional()
    .describe('what is wanted and was not granted, in the words it is asked for; left out where nothing is'),
  reconsentUrl: z
    .url()
    .optional()
    .describe('where the owner is asked for it again; with scopeShortfall, and takes a return_to'),
  expiresAt: z.iso.datetime().nullable().describe('when this credential ends; null for a key without an end'),
  needsOwnerBy: z.iso
    .datetime()
    .describe(
      'when the owner is needed at the latest: the end of the key or of the browser sign-in, or of its session at the issuer, whichever is earlier',
    ),
});

@ApiTags('account')
@ApiSecurity('browser')
@ApiSecurity('apiKey')
@Controller('api/me')
export class MeController {
  constructor(
    private readonly config: Config,
    private readonly sessions: Sessions,
    private readonly verifiedHandles: VerifiedHandles,
    private readonly scopeShortfalls: ScopeShortfalls,
  ) {}

  @Get()
  @Allow('browser', 'api-key')
  @ApiOperation({ operationId: 'getMe', summary: 'Who calls, and what the account granted' })
  @ApiOkResponse({ description: 'The account behind the credential.', schema: toOpenApiSchema(me) })
  @ApiErrors(
    'AuthenticationRequired',
    'InvalidToken',
    'ReauthorizationRequired',
    'SessionSuspended',
    'Forbidden',
    'DatabaseUnavailable',
  )
  async me(
    @Caller() caller: AccountPrincipal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.infer<typeof me>> {
    const { kind, sessionId, expiresAt } = caller;
    const session = await this.sessions.get(sessionId);
    const end = kind === 'api-key' ? caller.keyExpiresAt : expiresAt;
    if (kind === 'api-key') void reply.headers(deadlineHeader(session, end, Date.now()));
    const { did, pds, scope } = session;
    const handle = await this.verifiedHandles.find(did);
    const scopeShortfall = this.scopeShortfalls.missingParts(session);
    return {
      ...{ did, handle, pds, credential: kind, scope },
      ...(scopeShortfall.length > 0 && { scopeShortfall, reconsentUrl: reconsentUrl(session, this.config) }),
      expiresAt: expiresAt?.toISOString() ?? null,
      needsOwnerBy: ownerDeadlineOf(session, end).toISOString(),
    };
  }
}
