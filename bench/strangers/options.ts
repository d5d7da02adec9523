import { parseArgs } from 'node:util';
import { UsageError } from '../../test/network/command-line.ts';

export const usage =
  'node bench/strangers/main.ts [--origins N] [--sessions N] [--issuers N] [--seconds N] [--logins shipped|off]';

export type Options = {
  /** Hostile origins of the one attacker. */
  origins: number;
  /** Honest sessions, and the issuers that they are spread over. */
  sessions: number;
  issuers: number;
  /** How long refreshes are measured, before the attack and during it. */
  seconds: number;
  /** The limit of begun logins for each run. */
  logins: readonly ('shipped' | 'off')[];
};

/** Parses the options. Throws `UsageError` or an error of `parseArgs`. */
export function parseOptions(args: string[]): Options {
  const { logins, ...counts } = parseArgs({
    args,
    options: {
      origins: { type: 'string', default: '5000' },
      sessions: { type: 'string', default: '100' },
      issuers: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '60' },
      logins: { type: 'string' },
    },
  }).values;
  if (logins !== undefined && logins !== 'shipped' && logins !== 'off')
    throw new UsageError(`--logins is shipped or off, not '${logins}'`);
  return {
    origins: toCount('origins', counts.origins),
    sessions: toCount('sessions', counts.sessions),
    issuers: toCount('issuers', counts.issuers),
    seconds: toCount('seconds', counts.seconds),
    logins: logins === undefined ? ['shipped', 'off'] : [logins],
  };
}

function toCount(name: string, text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new UsageError(`--${name} is a number from 1 on, not '${text}'`);
  return Number(text);
}
