import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../../config/config.ts';
import { OutboundHttp } from '../outbound/outbound-http.service.ts';
import { type PictureType, pictureTypeOf } from './picture-type.ts';

const FOUND_MS = 10 * 60_000;

/** A picture that cannot be fetched is tried again after this time. */
const MISSING_MS = 60_000;

export type Logo = { readonly type: PictureType | 'image/svg+xml'; readonly bytes: Buffer };

type CachedLogo = { readonly logo: Logo | undefined };

/** Fetches the picture of `LATCHKEY_LOGO_URI`, so that pages load it from the broker only. */
@Injectable()
export class ClientLogo {
  private readonly cache: LRUCache<string, CachedLogo>;

  constructor(
    private readonly config: Config,
    private readonly outboundHttp: OutboundHttp,
  ) {
    this.cache = new LRUCache({
      max: 1,
      ttl: FOUND_MS,
      // Concurrent callers share one fetch.
      fetchMethod: async (url, _stale, { options }) => {
        const logo = await this.fetchLogo(url);
        if (logo === undefined) options.ttl = MISSING_MS;
        return { logo };
      },
    });
  }

  /** Returns the logo. Undefined if none is set, or if its server does not deliver a picture. */
  async find(): Promise<Logo | undefined> {
    const { logoUri } = this.config.clientProfile;
    return logoUri === undefined ? undefined : (await this.cache.fetch(logoUri))?.logo;
  }

  /** Treats every failure as a missing picture: pages work without it. */
  private async fetchLogo(url: string): Promise<Logo | undefined> {
    try {
      const answer = await this.outboundHttp.picture(url);
      if (!answer.ok) return undefined;
      const bytes = Buffer.from(await answer.arrayBuffer());
      const type = pictureTypeOf(bytes) ?? svgTypeOf(answer.headers.get('content-type'));
      return type && { type, bytes };
    } catch {
      return undefined;
    }
  }
}

/** The operator chose the address, and pages show it as an `<img>`, where no script runs. */
function svgTypeOf(contentType: string | null): 'image/svg+xml' | undefined {
  return /^image\/svg\+xml\b/i.test(contentType ?? '') ? 'image/svg+xml' : undefined;
}
