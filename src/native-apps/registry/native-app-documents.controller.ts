import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { Config } from '../../config/config.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { ApiErrors } from '../../http/errors/api-errors.decorator.ts';
import { ClientKeys } from '../../oauth/client-keys/client-keys.service.ts';
import { clientMetadataOf } from './app-documents.ts';
import { NativeApps } from './native-apps.service.ts';

/** Authorization servers cache both documents for ten minutes, and so may every cache on the way. */
const CACHED = 'public, max-age=600';

/** The documents of an app that issuers read. A paused app keeps its documents. */
@ApiTags('native apps')
@Controller('native/apps/:name')
export class NativeAppDocumentsController {
  constructor(
    private readonly config: Config,
    private readonly nativeApps: NativeApps,
    private readonly clientKeys: ClientKeys,
  ) {}

  @Get('oauth-client-metadata.json')
  @Allow('anyone')
  @Header('cache-control', CACHED)
  @ApiOperation({
    operationId: 'getNativeAppMetadata',
    summary: 'The client metadata of an app, where they are hosted here',
  })
  @ApiOkResponse({ description: 'As the AT Protocol has it.', schema: { type: 'object' } })
  @ApiErrors('NotFound')
  async metadata(@Param('name') name: string): Promise<object> {
    const document = clientMetadataOf(this.config, await this.nativeApps.get(name));
    if (!document)
      throw new BrokerError(
        'NotFound',
        'This app hosts its client metadata itself. Its client_id is their URL.',
      );
    return document;
  }

  @Get('jwks.json')
  @Allow('anyone')
  @Header('cache-control', CACHED)
  @ApiOperation({ operationId: 'getNativeAppJwks', summary: "The public keys of an app's assertions" })
  @ApiOkResponse({ description: 'A JWK set (RFC 7517).', schema: { type: 'object' } })
  @ApiErrors('NotFound')
  async jwks(@Param('name') name: string): Promise<{ keys: JWK[] }> {
    return this.clientKeys.publicJwks((await this.nativeApps.get(name)).id);
  }
}
