import type { CutMoment } from '../database/database-troubles.ts';
import type { Grant, Rollback } from '../network/grants.ts';
import type { Random } from '../time/random.ts';
import type { World } from '../world/world.ts';
import type { Happening } from './happening.ts';

const MOST_GENERATIONS = 5;

const MOST_PASSES = 3;

const moments: readonly CutMoment[] = ['before', 'at', 'after'];

/** Error codes that end a transaction: serialization failure, deadlock, and a server that shuts down. */
const codes = ['40001', '40P01', '57P01', '40003'] as const;

function awayMs(random: Random): number {
  return random.chance(0.6) ? random.integer(20, 2_000) : random.integer(2, 180) * 1_000;
}

/** What happens to the database and the way to it. */
export const databaseHappenings: readonly Happening[] = [
  {
    name: 'commit cut',
    weight: 14,
    happen: (world, random) => {
      const moment = random.pick(moments);
      const on = random.pick(['commit', 'commit', 'write'] as const);
      // A sign-in has three transactions, and each must be met.
      const passes = random.integer(0, MOST_PASSES);
      world.server.troubles.arm({ trouble: { kind: 'cut', moment }, on, passes });
      return `${on} ${moment}, after ${passes}`;
    },
  },
  {
    name: 'statement cut',
    weight: 5,
    happen: (world, random) => {
      const moment = random.pick(moments);
      world.server.troubles.arm({
        trouble: { kind: 'cut', moment },
        on: random.pick(['any', 'write'] as const),
      });
      return moment;
    },
  },
  {
    name: 'transaction refused',
    weight: 6,
    happen: (world, random) => {
      const code = random.pick(codes);
      world.server.troubles.arm({
        trouble: { kind: 'refused', code },
        on: random.pick(['commit', 'write'] as const),
      });
      return code;
    },
  },
  {
    name: 'database away',
    weight: 8,
    happen: (world, random) => {
      const ms = awayMs(random);
      return takeDatabaseAway(world, random.pick(['refuses', 'silent'] as const), ms);
    },
  },
  {
    name: 'row rolled back',
    weight: 3,
    happen: (world, random) => {
      void rollBack(world, random);
      return 'one row';
    },
  },
];

/** Takes the database away for a while. */
export function takeDatabaseAway(world: World, how: 'refuses' | 'silent', ms: number): string | undefined {
  const { troubles } = world.server;
  if (troubles.away) return undefined;
  troubles.away = how;
  world.server.disconnect();
  world.scheduler.schedule(world.events, ms, 'database returns', () => {
    troubles.away = undefined;
  });
  return `${how} for ${ms} ms`;
}

/** Puts one session's row back to what it was some generations ago. */
async function rollBack(world: World, random: Random): Promise<void> {
  const candidates = (await world.rows.list()).filter(
    ({ row }) => row.status === 'active' && row.generation > 1,
  );
  if (candidates.length === 0) return;
  const { row, refreshToken } = random.pick(candidates);
  const back = random.integer(1, Math.min(MOST_GENERATIONS, row.generation - 1));
  const old = world.history.find(row.id, row.generation - back);
  if (!old) return;
  const issuer = world.issuers.find(({ origin }) => origin === row.issuer);
  const grant = refreshToken === undefined ? undefined : issuer?.grantOf(refreshToken);
  const rollback = { at: world.scheduler.now, sessionId: row.id, generation: old.generation };
  if (grant) forgetAnswers(grant, { from: refreshToken, to: world.rows.open(old).refreshToken }, rollback);
  await world.rows.putBack(old);
  world.note(`session ${row.id} is rolled back from generation ${row.generation} to ${old.generation}`);
}

/** Marks the answers that the database does not have any more. One that is newer than `from` it never had. */
function forgetAnswers(
  grant: Grant,
  { from, to }: { readonly from: string | undefined; readonly to: string | undefined },
  rollback: Rollback,
): void {
  const all = [...grant.answers.values()];
  // A row from before the grant has none of its answers.
  let isNewer = !all.some(({ refreshToken }) => refreshToken === to);
  for (const answer of all) {
    if (isNewer) answer.rollback = rollback;
    if (answer.refreshToken === from) return;
    if (answer.refreshToken === to) isNewer = true;
  }
}
