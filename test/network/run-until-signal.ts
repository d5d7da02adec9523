import { constants } from 'node:os';
import { Started } from './started.ts';

const impatienceMs = 1000;

/**
 * Runs a program that starts things, and stops them in every case.
 *
 * The exit code is 0 when the program says `end`, or says `stay` and a signal comes later; 1 when it throws, with its
 * message on standard error; 128 and the signal's number when a signal interrupts it.
 */
export async function runUntilSignal(program: (started: Started) => Promise<'stay' | 'end'>): Promise<void> {
  const started = new Started();
  const progress = { isDone: false };
  onEndSignal(signal => {
    if (!progress.isDone) process.exitCode = 128 + constants.signals[signal];
    void end(started);
  });
  try {
    const next = await program(started);
    progress.isDone = true;
    if (next === 'end') await end(started);
  } catch (error) {
    // An error caused by stopping the parts is not reported.
    if (!started.isStopping) report(error);
    await end(started);
  }
}

/** Aborts at the first signal. The second one ends the process at once. */
function onEndSignal(tell: (signal: NodeJS.Signals) => void): void {
  let first = Infinity;
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    // One Ctrl-C may arrive twice at once, from the terminal and from npm.
    if (now - first > impatienceMs) process.exit(1);
    if (first === Infinity) tell(signal);
    first = Math.min(first, now);
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
