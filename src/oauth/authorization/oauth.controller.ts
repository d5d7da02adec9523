import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { Config } from '../../config/config.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { ClientKeys } from '../client-keys/client-keys.service.ts';
import { type ClientMetadata, clientMetadata } from '../issuers/client-metadata.ts';

/** Authorization servers cache both documents for ten minutes, so proxies may too. */
const CACHED = 'public, max-age=600';

const JWK_SET = {
  type: 'object',
  required: ['keys'],
  properties: { keys: { type: 'array', items: { type: 'object' } } },
};

@ApiTags('oauth client')
@Controller()
export class OAuthController {
  constructor(
    private readonly config: Config,
    private readonly clientKeys: ClientKeys,
  ) {}

  @Get('oauth-client-metadata.json')
  @Allow('anyone')
  @Header('cache-control', CACHED)
  @ApiOperation({ operationId: 'getClientMetadata', summary: 'Get the OAuth client metadata document' })
  @ApiOkResponse({
    description: 'The document (AT Protocol OAuth profile, client ID metadata document).',
    schema: { type: 'object' },
  })
  metadata(): ClientMetadata {
    return clientMetadata(this.config);
  }

  @Get('.well-known/jwks.json')
  @Allow('anyone')
  @Header('cache-control', CACHED)
  @ApiOperation({ operationId: 'getJwks', summary: 'Get the public keys of the OAuth client' })
  @ApiOkResponse({ description: 'A JWK set (RFC 7517).', schema: JWK_SET })
  jwks(): Promise<{ keys: JWK[] }> {
    return this.clientKeys.publicJwks();
  }
}
