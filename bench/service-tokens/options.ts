import { parseArgs } from 'node:util';
import { UsageError } from '../../test/network/command-line.ts';

export const usage = 'node bench/service-tokens/main.ts [--rounds N] [--seconds N] [--connections N]';

export type Options = {
  /** Turns of the proxy and of cached tokens. */
  rounds: number;
  /** Seconds of a turn. */
  seconds: number;
  connections: number;
};

/** Parses the options. Throws `UsageError` or an error of `parseArgs`. */
export function parseOptions(args: string[]): Options {
  const { rounds, seconds, connections } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      connections: { type: 'string', default: '32' },
    },
  }).values;
  return {
    rounds: toCount('rounds', rounds),
    seconds: toCount('seconds', seconds),
    connections: toCount('connections', connections),
  };
}

function toCount(name: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageError(`--${name} is a number from 1 on, not '${text}'`);
  return Number(text);
}
