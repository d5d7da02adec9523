import { Started } from './started.ts';

const impatienceMs = 1000;

/**
 * Runs a program that starts things, and stops them again however it ends: by a signal (exit code 0), by an
 * error (its message on standard error, exit code 1), or because the program says so (exit code 0).
 */
export async function runUntilSignal(program: (started: Started) => Promise<'stay' | 'end'>): Promise<void> {
  const started = new Started();
  endOnSignal(started);
  try {
    if ((await program(started)) === 'end') await end(started);
  } catch (error) {
    // What fails because its parts were stopped is not worth a word.
    if (!started.isStopping) report(error);
    await end(started);
  }
}

function endOnSignal(started: Started): void {
  let first = Infinity;
  const onSignal = (): void => {
    const now = performance.now();
    // One Ctrl-C may arrive twice, from the terminal and from npm; a second one is meant.
    if (now - first > impatienceMs) process.exit(1);
    first = Math.min(first, now);
    void end(started);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}

async function end(started: Started): Promise<void> {
  await started.stop().catch(report);
  process.exit();
}

function report(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
