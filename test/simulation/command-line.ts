import { parseArgs } from 'node:util';
import { mutants } from './mutants/mutants.ts';
import type { Store } from './database/store.ts';

/** What a run is to do. */
export type CommandLine = {
  readonly seed: string | undefined;
  /** Runs only the world of this number. */
  readonly world: number | undefined;
  readonly store: Store['kind'];
  readonly steps: number;
  readonly stepsPerWorld: number;
  /** Ends after this time, however many steps are done. */
  readonly seconds: number | undefined;
  readonly without: ReadonlySet<number>;
  readonly omit: readonly string[];
  readonly mutant: string | undefined;
  /** The mutant whose worlds are taken without it, or `all`. */
  readonly focus: string | undefined;
  readonly isTraced: boolean;
  readonly isShrunk: boolean;
  /** How many lines of the trace a failure shows. */
  readonly tail: number;
};

const DEFAULT_STEPS = 100_000;
const STEPS_PER_WORLD = 10_000;

const usage = `npm run simulate -- [options]
  --seed N       any text; a random number by default
  --steps N      at least so many steps, ${DEFAULT_STEPS} by default
  --seconds N    ends after this time instead
  --world N      only this world of the seed
  --postgres     on the server that TEST_POSTGRES_URL names, or a new one
  --without A,B  leaves out happenings by number, such as 3,7-12
  --omit A,B     leaves out kinds of happenings and issuers by name
  --mutant NAME  ${Object.keys(mutants).join(', ')}
  --focus NAME   the worlds of a mutant without it, or of all of them in turn: all
  --trace        prints every step
  --whole        does not look for a shorter run after a failure
  --tail N       lines of the trace to show after a failure
`;

/** Reads the command line. Prints the usage and ends the process for an option that it does not know. */
export function readCommandLine(args: readonly string[]): CommandLine {
  try {
    return parse(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

function parse(args: readonly string[]): CommandLine {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: text,
      world: text,
      steps: text,
      'steps-per-world': text,
      seconds: text,
      without: text,
      omit: text,
      mutant: text,
      focus: text,
      tail: text,
      postgres: flag,
      trace: flag,
      whole: flag,
    },
  });
  if (values.mutant !== undefined && !(values.mutant in mutants))
    throw new Error(`There is no mutant ${values.mutant}.`);
  if (values.focus !== undefined && values.focus !== 'all' && !(values.focus in mutants))
    throw new Error(`There is no focus ${values.focus}.`);
  const seconds = numberOf(values.seconds);
  return {
    seed: values.seed,
    world: numberOf(values.world),
    store: values.postgres ? 'postgres' : 'sqlite',
    steps: numberOf(values.steps) ?? (seconds === undefined ? DEFAULT_STEPS : Infinity),
    stepsPerWorld: numberOf(values['steps-per-world']) ?? STEPS_PER_WORLD,
    seconds,
    without: new Set(rangesOf(values.without)),
    omit: values.omit?.split(',') ?? [],
    mutant: values.mutant,
    focus: values.focus,
    isTraced: values.trace,
    isShrunk: !values.whole,
    tail: numberOf(values.tail) ?? 80,
  };
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`${text} is not a number.`);
  return Number(text);
}

/** Reads `3,7-12`. */
function rangesOf(text = ''): number[] {
  return text
    .split(',')
    .filter(part => part !== '')
    .flatMap(part => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}
