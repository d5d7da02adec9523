import { GrowingPauses } from '../waiting/pause.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

export type Persistence = {
  /** Aborts when the process is about to end. */
  readonly shutdown: AbortSignal;
  readonly onFailure: (error: unknown) => void;
  /** Whether the write may be abandoned during shutdown; by default it may. */
  readonly mayAbandon?: () => boolean;
};

/**
 * Repeats a write until the database accepts it. Abandoned is what a process at its end cannot write: a sent attempt
 * then looks as if its answer were lost, which is the truth for every other process.
 *
 * @throws the last failure, during shutdown only
 */
export async function untilWritten<Result>(
  write: () => Promise<Result>,
  { shutdown, onFailure, mayAbandon = () => true }: Persistence,
): Promise<Result> {
  const pauses = new GrowingPauses(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, shutdown);
  for (;;) {
    try {
      return await write();
    } catch (error) {
      onFailure(error);
      if (shutdown.aborted && mayAbandon()) throw error;
    }
    await pauses.sleep();
  }
}
