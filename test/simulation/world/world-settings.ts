import type { IssuerKind } from '../network/issuer.ts';

/** What a world is about, so that it meets some troubles sooner. */
export type Focus = {
  /** The weights of happenings that differ from their own. */
  readonly weights: Readonly<Record<string, number>>;
  /** True if no other troubles happen than those that `weights` names. */
  readonly isQuiet?: boolean;
  /** Its issuers. By default a strict one and some others. */
  readonly issuers?: readonly IssuerKind[];
  /** The number of machines. By default one to three. */
  readonly machines?: number;
  /** How long a machine is away, by weight. */
  readonly absences?: Readonly<Partial<Record<Absence, number>>>;
};

/** How long a machine is away: seconds, less than ten minutes, less than an hour, more than an hour. */
export type Absence = 'restart' | 'minutes' | 'long' | 'gone';

/** How a world is made. All of it follows from the seed. */
export type WorldSettings = {
  /** Names the world: the seed and the number of the world, such as `7/3`. */
  readonly seed: string;
  readonly store: 'sqlite' | 'postgres';
  /** The numbers of the happenings that are left out, to find the shortest run. */
  readonly without: ReadonlySet<number>;
  /** The names of happenings, and kinds of issuers, that this world does not have. */
  readonly omit: ReadonlySet<string>;
  readonly focus: Focus;
  /** The number of steps after which the world ends, once it is at rest. */
  readonly steps: number;
};
