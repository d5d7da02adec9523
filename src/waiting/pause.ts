import { setTimeout as delay } from 'node:timers/promises';

/** Waits, but not into the end of the process: it resolves early when that begins, and once begun waits a little only. */
export async function pause(ms: number, closing: AbortSignal): Promise<void> {
  if (closing.aborted) await delay(Math.min(ms, 100));
  else await delay(ms, undefined, { signal: closing }).catch(() => undefined);
}
