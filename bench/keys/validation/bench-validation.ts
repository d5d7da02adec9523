import type { DialectName } from '../../../src/database/engine/dialect.ts';
import type { Started, Stoppable } from '../../../test/network/started.ts';
import { type BareLookup, startColdLookup, startWarmLookup } from './bare-loops.ts';
import { startVerifier } from './latchkey.ts';
import { type Place, startDatabases, startPlace } from './place.ts';
import { takeTurn, type Turn } from './turn.ts';
import { type Measured, toValidationTable } from './validation-table.ts';

/** Keys in the smaller database, and in use in both. */
const few = 1_000;

/** Keys in use from all over the larger table. */
const scattered = 50_000;

export type ValidationOptions = { keys: number; rounds: number; seconds: number };

type Pair = Measured & { secrets: readonly string[]; verifier: Accepting; lookup: BareLookup };

type Accepting = { accepts: (secret: string) => Promise<boolean> };

/** Validates keys of a small and a large database, warm and cold, in turns. Returns a table. */
export async function benchValidation(
  dialect: DialectName,
  { keys, rounds, seconds }: ValidationOptions,
  started: Started,
): Promise<string> {
  const newDatabase = await startDatabases(dialect, started);
  const small = await startPlace(await newDatabase(), { stored: few, asked: few }, started);
  const large = await startPlace(await newDatabase(), { stored: keys, asked: scattered }, started);
  const pairs = [
    await startPair(small, 'warm', few, started),
    await startPair(large, 'warm', few, started),
    await startPair(small, 'cold', few, started),
    await startPair(large, 'cold', few, started),
    await startPair(large, 'cold', large.secrets.length, started),
  ];
  for (const pair of pairs) await play(pair, seconds / 4); // Warms up the compiler and the caches.
  for (let round = 0; round < rounds; round++) {
    // Alternates the order, so that a machine that gets busier does not always hit the last one.
    for (const pair of round % 2 === 0 ? pairs : pairs.toReversed()) {
      const { latchkey, bare } = await play(pair, seconds);
      pair.latchkey.push(latchkey);
      pair.bare.push(bare);
    }
  }
  return toValidationTable(dialect === 'sqlite' ? 'SQLite' : 'Postgres', pairs);
}

async function startPair(
  place: Place,
  state: Measured['state'],
  asked: number,
  started: Started,
): Promise<Pair> {
  const { config, forgetful, keyring, database, stored } = place;
  const secrets = evenly(place.secrets, asked);
  const run = <Part extends Stoppable>(part: Part): Promise<Part> =>
    started.start(() => Promise.resolve(part));
  const verifier = await run(startVerifier(database, keyring, state === 'warm' ? config : forgetful));
  const lookup = await run(state === 'warm' ? startWarmLookup(secrets) : startColdLookup(config.database));
  return { stored, asked: secrets.length, state, secrets, verifier, lookup, latchkey: [], bare: [] };
}

async function play(
  { verifier, lookup, secrets }: Pair,
  seconds: number,
): Promise<{ latchkey: Turn; bare: Turn }> {
  const bare = await takeTurn({ accepts: lookup.accepts, secrets }, seconds);
  return { latchkey: await takeTurn({ accepts: verifier.accepts, secrets }, seconds), bare };
}

function evenly(secrets: readonly string[], count: number): string[] {
  const each = Math.max(1, Math.floor(secrets.length / count));
  return secrets.filter((_, at) => at % each === 0).slice(0, count);
}
