import { assertAtprotoDid, type AtprotoDid } from '@atproto-labs/did-resolver';
import type { LexResolver } from '@atproto/lex-resolver';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { createDidResolver } from './did-resolvers.ts';
import { NameServers } from './name-servers.service.ts';
import { OutboundHttp } from '../outbound/outbound-http.service.ts';

/** Reads lexicons where their authorities publish them. */
@Injectable()
export class Lexicons {
  private resolver: Promise<LexResolver> | undefined;

  constructor(
    private readonly config: Config,
    private readonly outboundHttp: OutboundHttp,
    private readonly nameServers: NameServers,
  ) {}

  /**
   * Reads a lexicon as the specification has it: DNS TXT at `_lexicon.<authority>` -> DID document -> the record at its
   * PDS, with the proof that it is in the repository (AT Protocol specification, Lexicon, "Lexicon Publication and
   * Resolution").
   *
   * @throws whatever kept one of the steps from being taken, or believed
   */
  async resolve(nsid: string, signal: AbortSignal): Promise<unknown> {
    this.resolver ??= this.createResolver();
    const { lexicon } = await (await this.resolver).get(nsid, { signal });
    return lexicon;
  }

  /** Half a second and 30 MB, which a broker without permission sets does without. */
  private async createResolver(): Promise<LexResolver> {
    const { LexResolver } = await import('@atproto/lex-resolver');
    const { directory, metadata } = this.outboundHttp;
    const { identity, outbound } = this.config;
    return new LexResolver({
      didResolver: createDidResolver({
        plcUrl: identity.plcUrl,
        directory,
        metadata,
        allowHttp: outbound.allowHttp,
      }),
      fetch: metadata,
      // Always answered here: the library would ask name servers without a time limit.
      hooks: { onResolveAuthority: ({ nsid: { authority } }) => this.authorityOf(`_lexicon.${authority}`) },
    });
  }

  private async authorityOf(name: string): Promise<AtprotoDid> {
    const records = (await this.nameServers.resolveTxt(name)) ?? [];
    const [did, ...others] = records.filter(text => text.startsWith('did=')).map(text => text.slice(4));
    if (did === undefined || others.length > 0)
      throw new Error(`The TXT records of ${name} name ${did === undefined ? 'no DID' : 'several DIDs'}.`);
    assertAtprotoDid(did);
    return did;
  }
}
