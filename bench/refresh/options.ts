import { parseArgs } from 'node:util';
import { UsageError } from '../../test/network/command-line.ts';

export const usage =
  'node bench/refresh/main.ts [--rounds N] [--travel MS] [--sessions N] [--instances N] [--only rotation|volume]';

export type Options = {
  /** Rotations of each contender at each load. */
  rounds: number;
  /** How many milliseconds a request is on its way to the PDS at most; each one draws its own. */
  travel: number;
  /** How many sessions fall due at once. */
  sessions: number;
  /** How many brokers share the one Postgres. */
  instances: number;
  /** The one of both parts that is run, where not both are. */
  only: 'rotation' | 'volume' | undefined;
};

/** Reads the options from their arguments; throws `UsageError`, or what `parseArgs` throws. */
export function parseOptions(args: string[]): Options {
  const { rounds, travel, sessions, instances, only } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '10' },
      travel: { type: 'string', default: '100' },
      sessions: { type: 'string', default: '2000' },
      instances: { type: 'string', default: '2' },
      only: { type: 'string' },
    },
  }).values;
  if (only !== undefined && only !== 'rotation' && only !== 'volume')
    throw new UsageError(`--only is rotation or volume, not '${only}'`);
  return {
    rounds: toCount('rounds', rounds),
    travel: travel === '0' ? 0 : toCount('travel', travel),
    sessions: toCount('sessions', sessions),
    instances: toCount('instances', instances),
    only,
  };
}

function toCount(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`--${name} is a number from 1 on, not '${text}'`);
  return Number(text);
}
