import type { Replacement } from '../brokers/broker-process.ts';

/** An old fault that the simulation must find: what it replaces in the product, and where it is found soonest. */
export type Mutant = {
  /** The row of the issue that it brings back. */
  readonly row: number;
  readonly replacements: () => readonly Replacement[];
  /** A seed that finds it. */
  readonly seed: string;
  readonly world: { readonly omit: readonly string[]; readonly weights: Readonly<Record<string, number>> };
};

/** The mutants by name. */
export const mutants: Readonly<Record<string, Mutant>> = {};
