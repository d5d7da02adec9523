import { parseArgs } from 'node:util';
import { UsageError } from '../../test/network/command-line.ts';

export const usage = 'node bench/service-tokens/main.ts [--rounds N] [--seconds N] [--connections N]';

export type Options = {
  /** How often the proxy and the kept tokens have their turns. */
  rounds: number;
  /** How long a turn is. */
  seconds: number;
  connections: number;
};

/** Reads the options from their arguments; throws `UsageError`, or what `parseArgs` throws. */
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
