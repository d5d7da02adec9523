import { setTimeout as sleep } from 'node:timers/promises';
import { databaseUnavailable } from '../engine/driver-error.ts';
import { isBusy } from './sqlite-errors.ts';

const FIRST_DELAY_MS = 1;
const LONGEST_DELAY_MS = 100;

/**
 * Retries `run` while another connection holds the lock of the file, and sleeps between the tries. SQLite's own busy
 * timeout would block the event loop.
 *
 * @throws BrokerError `DatabaseUnavailable` after `limitMs` milliseconds
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
