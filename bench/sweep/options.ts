import { parseArgs } from 'node:util';
import { UsageError } from '../../test/network/command-line.ts';

const databases = ['sqlite', 'postgres'] as const;

export const usage = `node bench/sweep/main.ts [--rows N] [--rate N] [--seconds N] [--only ${databases.join('|')}]`;

export type DatabaseName = (typeof databases)[number];

export type Options = {
  /** Number of expired rows. */
  rows: number;
  /** Requests per second. */
  rate: number;
  /** Duration of the measurements before and after the sweep. */
  seconds: number;
  databases: readonly DatabaseName[];
};

/** Fits between a broker's first sweep, which is held off, and its second one. */
const longestSeconds = 35;

/** Parses the options. Throws `UsageError` or an error of `parseArgs`. */
export function parseOptions(args: string[]): Options {
  const { rows, rate, seconds, only } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '1000000' },
      rate: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '30' },
      only: { type: 'string' },
    },
  }).values;
  if (only !== undefined && !databases.some(name => name === only))
    throw new UsageError(`--only is ${databases.join(' or ')}, not '${only}'`);
  return {
    rows: toCount('rows', rows, 10_000_000),
    rate: toCount('rate', rate, 100_000),
    seconds: toCount('seconds', seconds, longestSeconds),
    databases: databases.filter(name => only === undefined || name === only),
  };
}

function toCount(name: string, text: string, most: number): number {
  const count = Number(text);
  if (!/^[1-9]\d*$/.test(text) || count > most)
    throw new UsageError(`--${name} is a number from 1 to ${most}, not '${text}'`);
  return count;
}
