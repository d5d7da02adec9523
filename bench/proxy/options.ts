import { parseArgs } from 'node:util';
import { UsageError } from '../../test/network/command-line.ts';
import { contenderKinds, type ContenderKind } from './throughput/contenders.ts';

const parts = ['throughput', 'uploads', 'streams', 'sessions', 'soak'] as const;

export type Part = (typeof parts)[number];

export const usage =
  `node bench/proxy/main.ts [--only ${parts.join(',')}] [--rounds N] [--seconds N] [--connections N] ` +
  `[--contenders ${contenderKinds.join(',')}] [--sessions N] [--minutes N] [--rate N] [--profile]`;

export type Options = {
  /** The parts to run, in order. */
  parts: readonly Part[];
  /** Turns of each contender. */
  rounds: number;
  /** Seconds of a turn. */
  seconds: number;
  connections: number;
  contenders: readonly ContenderKind[];
  /** Number of sessions, compared with a thousand. */
  sessions: number;
  /** Duration of the soak. */
  minutes: number;
  /** Requests per second of the soak. */
  rate: number;
  /** True to profile Latchkey. */
  profile: boolean;
};

/** Parses the options. Throws `UsageError` or an error of `parseArgs`. */
export function parseOptions(args: string[]): Options {
  const { only, contenders, profile, ...counts } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: parts.join(',') },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      connections: { type: 'string', default: '32' },
      contenders: { type: 'string', default: contenderKinds.join(',') },
      sessions: { type: 'string', default: '100000' },
      minutes: { type: 'string', default: '1' },
      rate: { type: 'string', default: '300' },
      profile: { type: 'boolean', default: false },
    },
  }).values;
  return {
    parts: toMembers('only', only, parts),
    rounds: toCount('rounds', counts.rounds),
    seconds: toCount('seconds', counts.seconds),
    connections: toCount('connections', counts.connections),
    sessions: toCount('sessions', counts.sessions),
    minutes: toCount('minutes', counts.minutes),
    rate: toCount('rate', counts.rate),
    contenders: toMembers('contenders', contenders, contenderKinds),
    profile,
  };
}

function toCount(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`--${name} is a number from 1 on, not '${text}'`);
  return Number(text);
}

function toMembers<Name extends string>(option: string, text: string, names: readonly Name[]): Name[] {
  const asked = text.split(',');
  const unknown = asked.find(name => !names.some(known => known === name));
  if (unknown !== undefined) throw new UsageError(`--${option} is of ${names.join(', ')}, not '${unknown}'`);
  return names.filter(name => asked.includes(name));
}
