import { BoundedCache } from '../caching/bounded-cache.ts';
import type { SessionId } from '../database/tables/id.ts';
import type { ServiceToken, Tuple } from './service-token.ts';
import { TupleMap } from './tuple-map.ts';

/** In characters, ten times the usual token of a PDS. Longer tokens are not cached. */
const LONGEST_TOKEN = 4_096;

/** A cached token with its tuple. */
export type CachedToken = ServiceToken & { readonly tuple: Tuple };

/** Caches service tokens in memory, and evicts the least recently used. */
export class ServiceTokenCache {
  private readonly tree = new TupleMap<CachedToken>();
  private readonly byUse: BoundedCache<CachedToken, true>;

  constructor(mostTokens: number) {
    this.byUse = new BoundedCache(mostTokens, {
      dispose: (_, cached) => {
        this.tree.delete(cached);
      },
    });
  }

  get size(): number {
    return this.byUse.size;
  }

  get(tuple: Tuple): CachedToken | undefined {
    const cached = this.tree.get(tuple);
    if (cached) this.byUse.get(cached);
    return cached;
  }

  /** Caches a token, replacing the one of its tuple. */
  set(cached: CachedToken): void {
    const previous = this.tree.get(cached.tuple);
    if (previous) this.delete(previous);
    if (cached.token.length > LONGEST_TOKEN) return;
    this.tree.set(cached);
    this.byUse.set(cached, true);
  }

  /** Deletes a token, unless another has replaced it. */
  delete(cached: CachedToken): void {
    this.byUse.delete(cached);
  }

  ofSession(sessionId: SessionId): CachedToken[] {
    return this.tree.ofSession(sessionId);
  }

  /** Returns the tokens that have expired at `now`, in milliseconds of this process's monotonic clock. */
  endedAt(now: number): CachedToken[] {
    return [...this.byUse.keys()].filter(({ endsAt }) => endsAt <= now);
  }
}
