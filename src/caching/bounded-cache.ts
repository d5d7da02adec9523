import { LRUCache } from 'lru-cache';

type Options<Key extends object | string, Value extends object | string | number | true> = Omit<
  LRUCache.OptionsTTLLimit<Key, Value, unknown>,
  'max' | 'maxSize' | 'sizeCalculation'
>;

/**
 * A cache that evicts its least recently used entry at a limit.
 *
 * It allocates as it fills. With `max`, lru-cache allocates all entries at once, at every start.
 */
export class BoundedCache<
  Key extends object | string,
  Value extends object | string | number | true,
> extends LRUCache<Key, Value> {
  constructor(mostEntries: number, options: Partial<Options<Key, Value>> = {}) {
    super({ ...options, maxSize: mostEntries, sizeCalculation: () => 1 });
  }
}
