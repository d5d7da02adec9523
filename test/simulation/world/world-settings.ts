/** How a world is made. All of it follows from the seed. */
export type WorldSettings = {
  /** Names the world: the seed and the number of the world, such as `7/3`. */
  readonly seed: string;
  readonly store: 'sqlite' | 'postgres';
  /** The numbers of the happenings that are left out, to find the shortest run. */
  readonly without: ReadonlySet<number>;
  /** The names of happenings, and kinds of issuers, that this world does not have. */
  readonly omit: ReadonlySet<string>;
  /** The weights of happenings that differ from their own. */
  readonly weights: Readonly<Record<string, number>>;
  /** The number of steps after which the world ends, once it is at rest. */
  readonly steps: number;
};
