import type { RoadTrouble } from '../network/internet.ts';
import type { Random } from '../time/random.ts';
import type { Happening } from './happening.ts';

function troubleOf(random: Random): RoadTrouble {
  const kind = random.weighted({
    unreachable: 1,
    'request-lost': 2,
    'answer-lost': 3,
    late: 1,
    'answer-late': 4,
    error: 2,
  });
  switch (kind) {
    case 'late':
    case 'answer-late':
      return {
        kind,
        ms: random.chance(0.5) ? random.integer(1, 60) * 1_000 : random.integer(1, 14) * 60_000,
      };
    case 'error':
      return {
        kind,
        status: random.pick([500, 502, 503, 504]),
        moment: random.pick(['before', 'after'] as const),
      };
    default:
      return { kind };
  }
}

/** What happens on the roads to issuers. */
export const roadHappenings: readonly Happening[] = [
  {
    name: 'refresh in trouble',
    weight: 12,
    happen: (world, random) => {
      const trouble = troubleOf(random);
      world.internet.arm('refresh', trouble);
      return trouble.kind;
    },
  },
  {
    name: 'call in trouble',
    weight: 3,
    happen: (world, random) => {
      const trouble = troubleOf(random);
      world.internet.arm(random.pick(['call', 'revocation', 'other'] as const), trouble);
      return trouble.kind;
    },
  },
  {
    name: 'issuer unreachable',
    weight: 3,
    happen: (world, random) => {
      const { origin } = random.pick(world.issuers);
      world.internet.unreachable.add(origin);
      const ms = random.integer(1, 600) * 1_000;
      world.scheduler.schedule(world.events, ms, `${origin} is reachable`, () => {
        world.internet.unreachable.delete(origin);
      });
      return `${origin} for ${ms / 1_000} s`;
    },
  },
  {
    name: 'issuer ends a grant',
    weight: 2,
    happen: (world, random) => {
      const holders = world.holders.filter(({ grant }) => grant && grant.end === undefined);
      if (holders.length === 0) return undefined;
      const holder = random.pick(holders);
      if (holder.grant) holder.issuer.end(holder.grant, 'issuer');
      return holder.name;
    },
  },
];
