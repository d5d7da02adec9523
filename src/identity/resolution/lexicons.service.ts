import { assertAtprotoDid, type AtprotoDid } from '@atproto-labs/did-resolver';
import type { LexResolver } from '@atproto/lex-resolver';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { createDidResolver } from './did-resolvers.ts';
import { NameServers } from './name-servers.service.ts';
import { OutboundHttp } from '../outbound/outbound-http.service.ts';

/** Fetches lexicons from their authorities. */
@Injectable()
export class Lexicons {
  private resolver: Promise<LexResolver> | undefined;

  constructor(
    private readonly config: Config,
    private readonly outboundHttp: OutboundHttp,
    private readonly nameServers: NameServers,
  ) {}

  /**
   * Fetches a lexicon: DNS TXT at `_lexicon.<authority>` -> DID document -> the record at its PDS, with the proof that
   * the repository contains it (AT Protocol specification, Lexicon, "Lexicon Publication and Resolution").
   *
   * @throws the error of the first step that failed or could not be verified
   */
  async resolve(nsid: string, signal: AbortSignal): Promise<unknown> {
    this.resolver ??= this.createResolver();
    const { lexicon } = await (await this.resolver).get(nsid, { signal });
    return lexicon;
  }

  /** Loads the library on first use: it costs half a second and 30 MB, and only permission sets need it. */
  private async createResolver(): Promise<LexResolver> {
    const { LexResolver } = await import('@atproto/lex-resolver');
    const { directory, metadata } = this.outboundHttp.sessionLookups;
    const { identity, outbound } = this.config;
    return new LexResolver({
      didResolver: createDidResolver({
        plcUrl: identity.plcUrl,
        directory,
        metadata,
        allowHttp: outbound.allowHttp,
      }),
      fetch: metadata,
      // Always resolves here: the library would query name servers without a time limit.
      hooks: { onResolveAuthority: ({ nsid: { authority } }) => this.authorityOf(`_lexicon.${authority}`) },
    });
  }

  private async authorityOf(name: string): Promise<AtprotoDid> {
    const records = (await this.nameServers.resolveTxt(name)) ?? [];
    const [did, ...others] = records.filter(text => text.startsWith('did=')).map(text => text.slice(4));
    if (did === undefined || others.length > 0)
      throw new Error(`The TXT records of ${name} contain ${did === undefined ? 'no DID' : 'several DIDs'}.`);
    assertAtprotoDid(did);
    return did;
  }
}
