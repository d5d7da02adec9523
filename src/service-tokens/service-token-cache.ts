import { LRUCache } from 'lru-cache';
import type { SessionId } from '../database/tables/id.ts';
import type { ServiceToken, Tuple } from './service-token.ts';
import { TupleMap } from './tuple-map.ts';

/** A PDS's token is a tenth of this; what is longer is not kept. */
const LONGEST_TOKEN = 4_096;

/** A token that is kept for its tuple. */
export type KeptToken = ServiceToken & { readonly tuple: Tuple };

/** Service tokens in memory: at most so many, those unused for longest making room. */
export class ServiceTokenCache {
  private readonly tree = new TupleMap<KeptToken>();
  private readonly byUse: LRUCache<KeptToken, true>;

  constructor(mostTokens: number) {
    this.byUse = new LRUCache({
      max: mostTokens,
      dispose: (_, kept) => {
        this.tree.delete(kept);
      },
    });
  }

  get size(): number {
    return this.byUse.size;
  }

  get(tuple: Tuple): KeptToken | undefined {
    const kept = this.tree.get(tuple);
    if (kept) this.byUse.get(kept);
    return kept;
  }

  /** Keeps a token in the place of the one that is kept for its tuple. */
  set(kept: KeptToken): void {
    const previous = this.tree.get(kept.tuple);
    if (previous) this.delete(previous);
    if (kept.token.length > LONGEST_TOKEN) return;
    this.tree.set(kept);
    this.byUse.set(kept, true);
  }

  /** Deletes a token, and none that took its place. */
  delete(kept: KeptToken): void {
    this.byUse.delete(kept);
  }

  ofSession(sessionId: SessionId): KeptToken[] {
    return this.tree.ofSession(sessionId);
  }

  /** The tokens that have ended at a time of this process's monotonic clock, in milliseconds. */
  endedAt(now: number): KeptToken[] {
    return [...this.byUse.keys()].filter(({ endsAt }) => endsAt <= now);
  }
}
