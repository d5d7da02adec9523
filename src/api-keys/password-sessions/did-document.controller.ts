import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Config } from '../../config/config.ts';
import { ApiErrors } from '../../http/errors/api-errors.decorator.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { serviceDidOf } from './service-did.ts';
import { SessionTokens } from './session-tokens.service.ts';

/** Publishes the key that signs password sessions, in the broker's DID document (did:web). */
@ApiTags('client')
@Controller()
export class DidDocumentController {
  constructor(
    private readonly config: Config,
    private readonly sessionTokens: SessionTokens,
  ) {}

  @Get('.well-known/did.json')
  @Allow('anyone')
  @ApiOperation({
    operationId: 'getDidDocument',
    summary: "The broker's DID document, with the key that signs password sessions",
  })
  @ApiOkResponse({ description: 'A DID document (did:web).' })
  @ApiErrors('DatabaseUnavailable')
  document(): Promise<object> {
    return this.describe();
  }

  @Get('did.json')
  @Allow('anyone')
  @ApiOperation({
    operationId: 'getDidDocumentBelowPath',
    summary: 'The same for a broker below a path, whose did:web has its document there',
  })
  @ApiOkResponse({ description: 'A DID document (did:web).' })
  @ApiErrors('DatabaseUnavailable')
  documentBelowPath(): Promise<object> {
    return this.describe();
  }

  private async describe(): Promise<object> {
    const id = serviceDidOf(this.config.baseUrl);
    const publicKeyJwk = await this.sessionTokens.publicJwk();
    const key = `${id}#${publicKeyJwk.kid}`;
    return {
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/suites/jws-2020/v1'],
      id,
      verificationMethod: [{ id: key, type: 'JsonWebKey2020', controller: id, publicKeyJwk }],
      assertionMethod: [key],
    };
  }
}
