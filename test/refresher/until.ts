import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 20_000;
const PAUSE_MS = 50;

/** Waits until a condition holds. Throws after a time limit. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const startedAt = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedAt > PATIENCE_MS) throw new Error('it did not become so in time');
    await delay(PAUSE_MS);
  }
}
