import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Detects a hang, not slowness: a busy machine is five times slower than a quiet one. */
const PATIENCE_MS = 120_000;
const PAUSE_MS = 20;

/**
 * Polls until the observation is as expected, for at most two minutes. Returns the observation.
 *
 * @param what is awaited: `alice's session is prepared`
 * @param isSo returns whether the observation is as expected; by default whether it is true
 */
export async function until<Seen>(
  what: string,
  look: () => Promise<Seen> | Seen,
  isSo: (seen: Seen) => boolean = seen => seen === true,
): Promise<Seen> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (isSo(seen)) return seen;
    if (performance.now() > giveUpAt)
      throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what}; last seen: ${inspect(seen)}`);
    await delay(PAUSE_MS);
  }
}
