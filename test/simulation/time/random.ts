/** A seeded source of numbers (xoshiro128**). The same seed gives the same numbers on every machine. */
export class Random {
  readonly #state: [number, number, number, number];

  /** @param seed any text, such as `7/3/clock` */
  constructor(seed: string) {
    // FNV-1a, stretched to four words by splitmix32.
    let hash = 0x811c9dc5;
    for (const character of seed) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    const word = (): number => {
      hash = (hash + 0x9e3779b9) | 0;
      let mixed = hash ^ (hash >>> 16);
      mixed = Math.imul(mixed, 0x21f0aaad);
      mixed ^= mixed >>> 15;
      mixed = Math.imul(mixed, 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    };
    this.#state = [word(), word(), word(), word() | 1];
  }

  /** Returns an unsigned integer of 32 bits. */
  word(): number {
    const state = this.#state;
    const [, second] = state;
    const result = Math.imul(rotate(Math.imul(second, 5), 7), 9) >>> 0;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= second << 9;
    state[3] = rotate(state[3], 11);
    return result;
  }

  /** Returns a number from 0 up to 1. */
  fraction(): number {
    return this.word() / 0x1_0000_0000;
  }

  /** Returns an integer from `least` to `most`. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** @throws Error for an empty list */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.integer(0, items.length - 1)];
    if (item === undefined) throw new Error('There is nothing to pick.');
    return item;
  }

  /** Picks a name by its weight. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries(weights) as [Name, number][];
    let left = this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    throw new Error('No weight is positive.');
  }

  /** Fills bytes in place. */
  fill(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 4) {
      const word = this.word();
      for (let part = 0; part < 4 && at + part < bytes.length; part++) bytes[at + part] = word >>> (8 * part);
    }
  }
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
