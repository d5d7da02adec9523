import { BoundedCache } from '../caching/bounded-cache.ts';

/** How often in a row a key had the same value, and for how many milliseconds it has had it. */
export type Streak = { readonly times: number; readonly forMs: number };

type Counted = { readonly value: string | number; readonly since: number; readonly times: number };

/**
 * Since when, and how often in a row, each key has had the same value, by this process's monotonic clock. The key that was
 * noted longest ago is dropped first, and its streak starts again. So only a wait may depend on it that may be longer.
 */
export class Streaks<Key extends string = string> {
  private readonly streaks: BoundedCache<Key, Counted>;

  constructor(mostKeys: number) {
    this.streaks = new BoundedCache(mostKeys);
  }

  /**
   * Notes the value that a key has now. Returns its streak, with this time.
   *
   * @param now in milliseconds of the monotonic clock
   */
  note(key: Key, value: string | number, now: number): Streak {
    const last = this.streaks.get(key);
    const { since, times } = last?.value === value ? last : { since: now, times: 0 };
    this.streaks.set(key, { value, since, times: times + 1 });
    return { times: times + 1, forMs: now - since };
  }

  forget(key: Key): void {
    this.streaks.delete(key);
  }
}
