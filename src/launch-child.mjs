// How `launch.mjs` lives with its one child at a time.
import { clearTimeout, setTimeout } from 'node:timers';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const parentPollMs = 250;

/**
 * Waits for a child's end and answers `{ code, signal, interrupted }`.
 *
 * Until then the signals that ask for this process's end are passed on to the child; one that has not ended
 * `killAfterMs` later is killed, if that is given.
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
  const watch = watchNpm(() => passOn('SIGTERM'));
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, interrupted }));
    });
  } finally {
    clearTimeout(killing);
    clearInterval(watch);
    for (const signal of signals) process.off(signal, passOn);
  }
}

/** Ends a child and the waiting for its output, which a grandchild may hold open. */
function kill(child) {
  child.kill('SIGKILL');
  for (const stream of [child.stdout, child.stderr]) stream?.destroy();
}

/** npm hands a signal to the shell between it and this process, and the shell ends without passing it on. */
function watchNpm(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    onGone();
  }, parentPollMs);
  return watch;
}
