import { parseArgs } from 'node:util';
import { UsageError } from '../../test/network/command-line.ts';

const parts = ['sqlite', 'postgres', 'revocation'] as const;

export type Part = (typeof parts)[number];

export const usage = `node bench/keys/main.ts [--only ${parts.join(',')}] [--keys N] [--rounds N] [--seconds N] [--tries N]`;

export type Options = {
  /** The parts to run, in order. */
  parts: readonly Part[];
  /** Number of stored keys, compared with a thousand. */
  keys: number;
  /** Turns of each contender. */
  rounds: number;
  /** Seconds of a turn. */
  seconds: number;
  /** Number of keys that are revoked at one broker and used at another. */
  tries: number;
};

/** Parses the options. Throws `UsageError` or an error of `parseArgs`. */
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
