import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { type OpenApiDocument, toOwnDocument } from './openapi-document.ts';

/** The OpenAPI description of this broker. It is loaded when it is first needed, because few brokers are ever asked. */
@Injectable()
export class OpenApiDescription {
  private document: OpenApiDocument | undefined;

  constructor(private readonly config: Config) {}

  async get(): Promise<OpenApiDocument> {
    return (this.document ??= toOwnDocument(await loadStored(), this.config));
  }
}

async function loadStored(): Promise<OpenApiDocument> {
  const stored = await import('../../../docs/reference/openapi.json', { with: { type: 'json' } });
  return stored.default;
}
