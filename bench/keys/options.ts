import { parseArgs } from 'node:util';
import { UsageError } from '../../test/network/command-line.ts';

const parts = ['sqlite', 'postgres', 'revocation'] as const;

export type Part = (typeof parts)[number];

export const usage = `node bench/keys/main.ts [--only ${parts.join(',')}] [--keys N] [--rounds N] [--seconds N] [--tries N]`;

export type Options = {
  /** The parts that are run, in their order. */
  parts: readonly Part[];
  /** How many stored keys are compared with a thousand. */
  keys: number;
  /** How often each contender has its turn. */
  rounds: number;
  /** How long a turn is. */
  seconds: number;
  /** How many keys are revoked at one broker and tried at another. */
  tries: number;
};

/** Reads the options from their arguments; throws `UsageError`, or what `parseArgs` throws. */
export function parseOptions(args: string[]): Options {
  const { only, ...counts } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: parts.join(',') },
      keys: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      tries: { type: 'string', default: '200' },
    },
  }).values;
  return {
    parts: toParts(only),
    keys: toCount('keys', counts.keys),
    rounds: toCount('rounds', counts.rounds),
    seconds: toCount('seconds', counts.seconds),
    tries: toCount('tries', counts.tries),
  };
}

function toCount(name: string, text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new UsageError(`--${name} is a number from 1 on, not '${text}'`);
  return Number(text);
}

function toParts(text: string): Part[] {
  const asked = text.split(',');
  const unknown = asked.find(name => !parts.some(part => part === name));
  if (unknown !== undefined) throw new UsageError(`--only is of ${parts.join(', ')}, not '${unknown}'`);
  return parts.filter(part => asked.includes(part));
}
