import { patchClocks } from './patched-clocks.ts';
import { patchKeys } from './patched-keys.ts';
import { patchRandomness } from './patched-randomness.ts';
import { patchTimers } from './patched-timers.ts';
import { patchFiles } from '../disk/patched-files.ts';
import { patchLocks } from '../disk/patched-locks.ts';
import { createRequire, syncBuiltinESMExports } from 'node:module';

let isPatched = false;

/**
 * Replaces clocks, timers, randomness, keys and files of this process by those of the current actor. Code that runs for
 * no actor keeps the real ones. Must run before the product is loaded.
 */
export function patchProcess(): void {
  if (isPatched) return;
  isPatched = true;
  patchClocks();
  patchTimers();
  patchRandomness();
  patchKeys();
  patchFiles();
  patchLocks();
  syncBuiltinESMExports();
  dropDefaultMetrics();
}

/** They watch the event loop and the garbage collector of the real process, once per broker. */
function dropDefaultMetrics(): void {
  const metrics = createRequire(import.meta.url)('prom-client') as { collectDefaultMetrics: () => void };
  metrics.collectDefaultMetrics = () => undefined;
}
