import { randomInt } from 'node:crypto';
import { it } from '@jest/globals';
import fc from 'fast-check';
import { converge } from './converge.ts';
import { describeWorlds, type InWorld } from './describe-worlds.ts';
import type { Model } from './happening.ts';
import { happenings } from './happenings.ts';
import type { World } from './world.ts';

const RUNS = Number(process.env.TEST_RUNS ?? (process.env.TEST_LONG ? 250 : 5));
const MOST_HAPPENINGS = 20;
const LIMIT_MS = 60 * 60_000;

describeWorlds('a refresh in random worlds', suite);

function suite(inWorld: InWorld): void {
  it(
    'never resends a refresh token with a response, and loses no session without a reason',
    async () => {
      const seed = Number(process.env.TEST_SEED ?? randomInt(2 ** 31));
      const path = process.env.TEST_PATH ?? '';
      process.stdout.write(`model: TEST_SEED=${seed}\n`);
      // Without a bias for small values, because most failures need several happenings.
      const sequences = fc.noBias(fc.commands(happenings, { maxCommands: MOST_HAPPENINGS }));
      const property = fc.asyncProperty(sequences, sequence =>
        inWorld(async world => {
          await fc.asyncModelRun(() => ({ model: modelOf(world), real: world }), sequence);
          await converge(world);
        }),
      );
      await fc.assert(property, { seed, path, numRuns: RUNS });
    },
    LIMIT_MS,
  );
}

function modelOf({ ground, sessions }: World): Model {
  const isConfidential = ground.config.client.kind === 'confidential';
  return {
    isConfidential,
    isStopped: false,
    isHeldUp: false,
    isKeyLost: false,
    sessions: sessions.length,
  };
}
