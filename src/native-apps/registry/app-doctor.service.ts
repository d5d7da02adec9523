import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Config } from '../../config/config.ts';
import { OutboundError } from '../../identity/outbound/outbound-error.ts';
import { OutboundHttp } from '../../identity/outbound/outbound-http.service.ts';
import { ClientKeys } from '../../oauth/client-keys/client-keys.service.ts';
import { jwksUriOf } from './app-documents.ts';
import { checkKeys, checkMetadata, type Diagnosis, type Fetched } from './metadata-checks.ts';
import type { NativeApp } from './native-app.ts';

const anObject = z.record(z.string(), z.unknown());

/** Checks the published documents of an app as an issuer reads them. */
@Injectable()
export class AppDoctor {
  constructor(
    private readonly config: Config,
    private readonly outboundHttp: OutboundHttp,
    private readonly clientKeys: ClientKeys,
  ) {}

  /** Fetches the client metadata and the keys of an app, and returns what is wrong with them. */
  async examine(app: NativeApp): Promise<Diagnosis> {
    const { keys } = await this.clientKeys.publicJwks(app.id);
    const kids = keys.map(({ kid }) => kid ?? '');
    const [metadata, jwks] = await Promise.all([
      this.fetch(app.clientId),
      this.fetch(jwksUriOf(this.config, app.name)),
    ]);
    const checks = [...checkMetadata(app, this.config, metadata), checkKeys(app, this.config, jwks, kids)];
    return { ok: checks.every(({ ok }) => ok), checks };
  }

  private async fetch(url: string): Promise<Fetched> {
    try {
      const response = await this.outboundHttp.metadata(url, { headers: { accept: 'application/json' } });
      if (response.status !== 200) return { trouble: `returned status ${response.status} instead of 200` };
      const type = response.headers.get('content-type')?.split(';')[0]?.trim();
      if (type !== 'application/json')
        return { trouble: `has the content type ${type ?? '(none)'} instead of application/json` };
      return toDocument(await response.text());
    } catch (error) {
      if (error instanceof OutboundError)
        return { trouble: `could not be fetched: ${error.message.replace(/\.$/, '')}` };
      throw error;
    }
  }
}

function toDocument(text: string): Fetched {
  try {
    const { data } = anObject.safeParse(JSON.parse(text));
    return data ? { document: data } : { trouble: 'is not a JSON object' };
  } catch {
    return { trouble: 'is not JSON' };
  }
}
