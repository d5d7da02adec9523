import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Did } from '../../database/tables/did.ts';
import { IdentityService } from '../resolution/identity.service.ts';
import { OutboundHttp } from '../outbound/outbound-http.service.ts';
import { type PictureType, pictureTypeOf } from './picture-type.ts';

const MOST_BYTES = 32 * 1024 * 1024;
const KEPT_MS = 10 * 60_000;

export type Picture = { readonly type: PictureType; readonly bytes: Buffer };

/** What is kept of an account: its picture, or that it has none that can be had. */
type Known = { readonly picture: Picture | undefined };

const profile = z.object({
  value: z.object({ avatar: z.object({ ref: z.object({ $link: z.string().max(256) }) }) }),
});

/** The pictures of accounts, asked of their own servers, and of no other service; each kept for ten minutes. */
@Injectable()
export class ProfilePictures {
  private readonly known: LRUCache<Did, Known>;

  constructor(
    private readonly identity: IdentityService,
    private readonly outboundHttp: OutboundHttp,
  ) {
    this.known = new LRUCache({
      max: 10_000,
      maxSize: MOST_BYTES,
      ttl: KEPT_MS,
      sizeCalculation: ({ picture }) => 100 + (picture?.bytes.length ?? 0),
      // Whoever asks meanwhile waits for the same answer.
      fetchMethod: async did => ({ picture: await this.read(did) }),
    });
  }

  /** Whether the answer is at hand, so that nobody else has to be asked. */
  isKnown(did: Did): boolean {
    return this.known.has(did);
  }

  /** Finds the picture of an account; nothing where it has none, or its server does not give it. */
  async find(did: Did): Promise<Picture | undefined> {
    return (await this.known.fetch(did))?.picture;
  }

  /** A picture is worth no error: whatever goes wrong, there is none. */
  private async read(did: Did): Promise<Picture | undefined> {
    try {
      const { pds } = await this.identity.resolve(did);
      const cid = await this.readCid(did, pds);
      return cid === undefined ? undefined : await this.readBlob(did, cid, pds);
    } catch {
      return undefined;
    }
  }

  private async readCid(did: Did, pds: string): Promise<string | undefined> {
    const query = new URLSearchParams({ repo: did, collection: 'app.bsky.actor.profile', rkey: 'self' });
    const answer = await this.outboundHttp.metadata(`${pds}/xrpc/com.atproto.repo.getRecord?${query}`);
    if (!answer.ok) return undefined;
    const { data } = profile.safeParse(await answer.json());
    return data?.value.avatar.ref.$link;
  }

  private async readBlob(did: Did, cid: string, pds: string): Promise<Picture | undefined> {
    const query = new URLSearchParams({ did, cid });
    const answer = await this.outboundHttp.picture(`${pds}/xrpc/com.atproto.sync.getBlob?${query}`);
    if (!answer.ok) return undefined;
    const bytes = Buffer.from(await answer.arrayBuffer());
    const type = pictureTypeOf(bytes);
    return type && { type, bytes };
  }
}
