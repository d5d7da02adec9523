import { parseArgs } from 'node:util';
import { UsageError } from '../../test/network/command-line.ts';

export const usage = 'npm run bench:start -- --against <main.js of another build> [--rounds 5]';

export type StartOptions = {
  /** The program of the build to compare with. */
  readonly against: string;
  readonly rounds: number;
};

export function parseOptions(args: string[]): StartOptions {
  const { against, rounds } = parseArgs({
    args,
    options: { against: { type: 'string' }, rounds: { type: 'string', default: '5' } },
  }).values;
  if (against === undefined) throw new UsageError('--against is missing');
  if (!/^[1-9]\d?$/.test(rounds)) throw new UsageError('--rounds must be 1 to 99');
  return { against, rounds: Number(rounds) };
}
