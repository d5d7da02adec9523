import { parseArgs } from 'node:util';
import { UsageError } from '../../test/network/command-line.ts';

const parts = ['latency', 'throughput', 'rows'] as const;

export const usage = `node bench/native/main.ts [--only ${parts.join(',')}] [--rounds N] [--seconds N] [--refreshes N] [--rows N]`;

export type Part = (typeof parts)[number];

export type Options = {
  parts: readonly Part[];
  /** Throughput: turns of each contender. */
  rounds: number;
  /** Seconds of a turn. */
  seconds: number;
  /** Latency: refreshes of each contender. */
  refreshes: number;
  /** Maximum number of stored rows. */
  rows: number;
};

/** Parses the options. Throws `UsageError` or an error of `parseArgs`. */
export function parseOptions(args: string[]): Options {
  const { only, ...counts } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: parts.join(',') },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '3' },
      refreshes: { type: 'string', default: '200' },
      rows: { type: 'string', default: '100000' },
    },
  }).values;
  return {
    parts: only.split(',').map(toPart),
    rounds: toCount('rounds', counts.rounds, 100),
    seconds: toCount('seconds', counts.seconds, 60),
    refreshes: toCount('refreshes', counts.refreshes, 100_000),
    rows: toCount('rows', counts.rows, 900_000),
  };
}

function toPart(name: string): Part {
  const part = parts.find(candidate => candidate === name);
  if (part) return part;
  throw new UsageError(`--only names some of ${parts.join(', ')}, not '${name}'`);
}

function toCount(name: string, text: string, most: number): number {
  const count = Number(text);
  if (!/^[1-9]\d*$/.test(text) || count > most)
    throw new UsageError(`--${name} is a number from 1 to ${most}, not '${text}'`);
  return count;
}
