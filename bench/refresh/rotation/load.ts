import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from './contender.ts';

/** Minimum calls of a worker. */
export const callsPerWorker = 4;
const lastTries = 5;
const tryPauseMs = 200;

export type Load = { requests: number; failed: number; milliseconds: number };

/**
 * Keeps `inFlight` requests in flight, and refreshes the tokens once as many responses have arrived. Each worker continues
 * until the refresh has ended, and stops at a failed call, as later calls of a lost session fail too.
 */
export async function refreshUnderLoad(contender: Contender, inFlight: number): Promise<Load> {
  const began = performance.now();
  const load = { requests: 0, failed: 0 };
  const warm = Promise.withResolvers<undefined>();
  const progress = { isRefreshed: false };
  const work = async (): Promise<void> => {
    for (let calls = 0; calls < callsPerWorker || !progress.isRefreshed; calls++) {
      const isAnswered = await succeeds(contender);
      if (++load.requests === inFlight) warm.resolve(undefined);
      if (isAnswered) continue;
      load.failed++;
      return;
    }
  };
  const refresh = async (): Promise<void> => {
    await warm.promise;
    // A failed refresh may have ended the session, which later calls show.
    await contender.refresh().catch(() => undefined);
    progress.isRefreshed = true;
  };
  await Promise.all([refresh(), ...Array.from({ length: inFlight }, work)]);
  return { ...load, milliseconds: performance.now() - began };
}

/** Returns whether a session is lost: none of five calls within a second succeeds. */
export async function isLost(contender: Contender): Promise<boolean> {
  for (let tries = 0; tries < lastTries; tries++) {
    if (await succeeds(contender)) return false;
    await sleep(tryPauseMs);
  }
  return true;
}

/** A call that throws counts as a refused one. */
function succeeds(contender: Contender): Promise<boolean> {
  return contender.call().catch(() => false);
}
