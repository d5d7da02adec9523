import { setTimeout as sleep } from 'node:timers/promises';
import { databaseUnavailable } from '../engine/driver-error.ts';
import { isBusy } from './sqlite-errors.ts';

const FIRST_DELAY_MS = 1;
const LONGEST_DELAY_MS = 100;

/**
 * Runs something again while another connection holds the file, leaving the event loop free in between.
 *
 * SQLite's own busy timeout would stop the whole process instead. Throws a BrokerError `DatabaseUnavailable` when
 * `limitMs` milliseconds were not enough.
 */
export async function retryWhileBusy<Result>(run: () => Result, limitMs: number): Promise<Result> {
  const giveUpAt = performance.now() + limitMs;
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
    try {
      return run();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() >= giveUpAt) throw stillBusy(error);
    }
    await sleep(delay * (0.5 + Math.random() / 2));
  }
}

function stillBusy(cause: unknown): Error {
  return databaseUnavailable('Another program holds the lock of the SQLite file.', cause);
}
