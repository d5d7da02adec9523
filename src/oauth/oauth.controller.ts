import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { Config } from '../config/config.ts';
import { Allow } from '../http/allow.decorator.ts';
import { ClientKeys } from './client-keys.service.ts';
import { type ClientMetadata, clientMetadata } from './client-metadata.ts';

/** Authorization servers cache both for ten minutes; so may everybody on the way. */
const CACHED = 'public, max-age=600';

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
  @ApiOkResponse({ description: 'The OAuth client metadata document.' })
  metadata(): ClientMetadata {
    return clientMetadata(this.config);
  }

  @Get('.well-known/jwks.json')
  @Allow('anyone')
  @Header('cache-control', CACHED)
  @ApiOkResponse({ description: 'The public keys of the client (RFC 7517).' })
  jwks(): Promise<{ keys: JWK[] }> {
    return this.clientKeys.publicJwks();
  }
}
