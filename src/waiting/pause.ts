import { setTimeout as delay } from 'node:timers/promises';

const LONGEST_DURING_SHUTDOWN_MS = 100;

/** Sleeps, but wakes when shutdown begins. During shutdown it sleeps at most 100 ms. */
export async function pause(ms: number, shutdown: AbortSignal): Promise<void> {
  if (shutdown.aborted) await delay(Math.min(ms, LONGEST_DURING_SHUTDOWN_MS));
  else await delay(ms, undefined, { signal: shutdown }).catch(() => undefined);
}

/** Pauses that double from `firstMs` up to `longestMs`. Shutdown shortens them as it does `pause`. */
export class GrowingPauses {
  constructor(
    private nextMs: number,
    private readonly longestMs: number,
    private readonly shutdown: AbortSignal,
  ) {}

  async sleep(): Promise<void> {
    const ms = this.nextMs;
    this.nextMs = Math.min(ms * 2, this.longestMs);
    await pause(ms, this.shutdown);
  }
}
