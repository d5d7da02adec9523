import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Did } from '../../database/tables/did.ts';
import { IdentityService } from '../resolution/identity.service.ts';
import { OutboundHttp } from '../outbound/outbound-http.service.ts';
import { type PictureType, pictureTypeOf } from './picture-type.ts';

const MOST_BYTES = 32 * 1024 * 1024;
const CACHED_MS = 10 * 60_000;

export type Picture = { readonly type: PictureType; readonly bytes: Buffer };

/** A cached picture of an account, or undefined if it has none that the broker can fetch. */
type CachedPicture = { readonly picture: Picture | undefined };

const profile = z.object({
  value: z.object({ avatar: z.object({ ref: z.object({ $link: z.string().max(256) }) }) }),
});

/** Fetches the profile pictures of accounts from their own PDSs. Each is cached for ten minutes. */
@Injectable()
export class ProfilePictures {
  private readonly cache: LRUCache<Did, CachedPicture>;

  constructor(
    private readonly identityService: IdentityService,
    private readonly outboundHttp: OutboundHttp,
  ) {
    this.cache = new LRUCache({
      max: 10_000,
      maxSize: MOST_BYTES,
      ttl: CACHED_MS,
      sizeCalculation: ({ picture }) => 100 + (picture?.bytes.length ?? 0),
      // Concurrent callers share one fetch.
      fetchMethod: async did => ({ picture: await this.fetchPicture(did) }),
    });
  }

  /** Returns whether {@link find} needs no request to a PDS. */
  isCached(did: Did): boolean {
    return this.cache.has(did);
  }

  /** Returns the picture of an account. Undefined if it has none, or if its PDS does not deliver one. */
  async find(did: Did): Promise<Picture | undefined> {
    return (await this.cache.fetch(did))?.picture;
  }

  /** Treats every failure as a missing picture: pages work without it. */
  private async fetchPicture(did: Did): Promise<Picture | undefined> {
    try {
      const { pds } = await this.identityService.resolve(did);
      const cid = await this.fetchCid(did, pds);
      return cid === undefined ? undefined : await this.fetchBlob(did, cid, pds);
    } catch {
      return undefined;
    }
  }

  private async fetchCid(did: Did, pds: string): Promise<string | undefined> {
    const query = new URLSearchParams({ repo: did, collection: 'app.bsky.actor.profile', rkey: 'self' });
    const answer = await this.outboundHttp.picture(`${pds}/xrpc/com.atproto.repo.getRecord?${query}`);
    if (!answer.ok) return undefined;
    const { data } = profile.safeParse(await answer.json());
    return data?.value.avatar.ref.$link;
  }

  private async fetchBlob(did: Did, cid: string, pds: string): Promise<Picture | undefined> {
    const query = new URLSearchParams({ did, cid });
    const answer = await this.outboundHttp.picture(`${pds}/xrpc/com.atproto.sync.getBlob?${query}`);
    if (!answer.ok) return undefined;
    const bytes = Buffer.from(await answer.arrayBuffer());
    const type = pictureTypeOf(bytes);
    return type && { type, bytes };
  }
}
