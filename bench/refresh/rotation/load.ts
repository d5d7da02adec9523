import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from './contender.ts';

/** How many calls a worker makes at least. */
export const callsPerWorker = 4;
const lastTries = 5;
const tryPauseMs = 200;

export type Load = { requests: number; failed: number; milliseconds: number };

/**
 * Has so many requests in flight all the time, and the tokens renewed in their midst: as soon as there are as many
 * answers as there are requests in flight. Each worker goes on as
 * long as the refresh takes, and ends with a call that fails: what follows in a lost session tells nothing new.
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
    // A refresh that fails may have ended the session, which its calls tell afterwards.
    await contender.refresh().catch(() => undefined);
    progress.isRefreshed = true;
  };
  await Promise.all([refresh(), ...Array.from({ length: inFlight }, work)]);
  return { ...load, milliseconds: performance.now() - began };
}

/** Whether a session is gone: not one of five calls within a second succeeds. */
export async function isLost(contender: Contender): Promise<boolean> {
  for (let tries = 0; tries < lastTries; tries++) {
    if (await succeeds(contender)) return false;
    await sleep(tryPauseMs);
  }
  return true;
}

/** A call that throws has failed as one that is refused has. */
function succeeds(contender: Contender): Promise<boolean> {
  return contender.call().catch(() => false);
}
