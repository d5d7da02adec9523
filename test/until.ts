import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

/** For what hangs, and not for what is slow: a busy machine takes five times as long as a quiet one. */
const PATIENCE_MS = 120_000;
const PAUSE_MS = 20;

/**
 * Looks again and again until what it sees is as expected, at most two minutes, and returns what it saw.
 *
 * @param what is awaited: `alice's session is prepared`
 * @param isSo says whether what was seen is as expected; by default when it is true
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
