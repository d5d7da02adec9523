import { CommandFailure, exitCodes } from './command-failure.ts';

/** Runs `work` with a signal that SIGINT and SIGTERM abort, so that it can clean up. */
export async function withInterruption<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const interruption = new AbortController();
  const onSignal = (): void => {
    interruption.abort(new CommandFailure('Interrupted.', exitCodes.interrupted));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  try {
    return await work(interruption.signal);
  } catch (error) {
    interruption.signal.throwIfAborted();
    throw error;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
  }
}
