import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Caller } from '../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../access/principal.ts';
import { Allow } from '../http/allow.decorator.ts';
import { ApiErrors } from '../http/api-errors.decorator.ts';
import { toOpenApiSchema } from '../http/openapi.ts';
import { Sessions } from '../sessions/sessions.service.ts';

const me = z.object({
  did: z.string(),
  handle: z.string().nullable().describe('null when the handle does not point back at the account'),
  pds: z.url(),
  credential: z.enum(['browser']),
  scope: z.string().describe('what the account granted'),
  expiresAt: z.iso.datetime().describe('when this credential ends'),
});

@ApiTags('account')
@ApiSecurity('browser')
@Controller('api/me')
export class MeController {
  constructor(private readonly sessions: Sessions) {}

  @Get()
  @Allow('browser')
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'getMe', summary: 'Who calls, and what the account granted' })
  @ApiOkResponse({ description: 'The account behind the credential.', schema: toOpenApiSchema(me) })
  @ApiErrors(
    'AuthenticationRequired',
    'InvalidToken',
    'ReauthorizationRequired',
    'Forbidden',
    'DatabaseUnavailable',
  )
  async me(@Caller() { sessionId, expiresAt }: BrowserPrincipal): Promise<z.infer<typeof me>> {
    const { did, handle, pds, scope } = await this.sessions.get(sessionId);
    return { did, handle, pds, credential: 'browser', scope, expiresAt: expiresAt.toISOString() };
  }
}
