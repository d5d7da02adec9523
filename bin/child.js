import { clearTimeout, setTimeout } from 'node:timers';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Waits for a child to end; returns `{ code, signal, interrupted }`.
 *
 * Until then, passes on the signals that ask this process to end. Kills a child that has not ended `killAfterMs`
 * after the first one, if that is given.
 */
export async function ended(child, killAfterMs) {
  let interrupted = false;
  let killing;
  const passOn = signal => {
    interrupted = true;
    child.kill(signal);
    if (killAfterMs !== undefined) killing ??= setTimeout(kill, killAfterMs, child);
  };
  for (const signal of signals) process.on(signal, passOn);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, interrupted }));
    });
  } finally {
    clearTimeout(killing);
    for (const signal of signals) process.off(signal, passOn);
  }
}

/** Ends a child and the waiting for its output, which a grandchild may hold open. */
function kill(child) {
  child.kill('SIGKILL');
  for (const stream of [child.stdout, child.stderr]) stream?.destroy();
}
