import type { Random } from '../time/random.ts';
import type { World } from '../world/world.ts';

/** Something that happens to a world. It draws only from `random`, so leaving another one out does not change it. */
export type Happening = {
  readonly name: string;
  /** How often it happens, compared with the others. */
  readonly weight: number;
  /** Happens. Returns what it did, or undefined if it was not possible. Its effects may last. */
  readonly happen: (world: World, random: Random) => string | undefined;
};
