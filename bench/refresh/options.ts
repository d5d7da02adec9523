import { parseArgs } from 'node:util';
import { UsageError } from '../../test/network/command-line.ts';

export const usage =
  'node bench/refresh/main.ts [--only rotation|volume] [--rounds N] [--travel MS]' +
  ' [--sessions N] [--instances N] [--window SECONDS | --due at-once]';

export type Options = {
  /** Rotations of each contender at each load. */
  rounds: number;
  /** Maximum milliseconds of a request's way to the PDS. Each request draws its own. */
  travel: number;
  /** Number of sessions that fall due. */
  sessions: number;
  /** Number of brokers that share one Postgres. */
  instances: number;
  /** Seconds within which the sessions fall due, instead of an hour. 0 means all at once. */
  window: number;
  /** Runs only this part. */
  only: 'rotation' | 'volume' | undefined;
};

/** Parses the options. Throws `UsageError` or an error of `parseArgs`. */
export function parseOptions(args: string[]): Options {
  const { rounds, travel, sessions, instances, window, due, only } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '10' },
      travel: { type: 'string', default: '100' },
      sessions: { type: 'string', default: '20000' },
      instances: { type: 'string', default: '4' },
      window: { type: 'string', default: '240' },
      due: { type: 'string' },
      only: { type: 'string' },
    },
  }).values;
  if (only !== undefined && only !== 'rotation' && only !== 'volume')
    throw new UsageError(`--only is rotation or volume, not '${only}'`);
  if (due !== undefined && due !== 'at-once') throw new UsageError(`--due is at-once, not '${due}'`);
  return {
    rounds: toCount('rounds', rounds),
    travel: travel === '0' ? 0 : toCount('travel', travel),
    sessions: toCount('sessions', sessions),
    instances: toCount('instances', instances),
    window: due === 'at-once' ? 0 : toCount('window', window),
    only,
  };
}

function toCount(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`--${name} is a number from 1 on, not '${text}'`);
  return Number(text);
}
