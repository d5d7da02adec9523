import { Injectable } from '@nestjs/common';
import { Log } from '../observability/log/log.ts';
import { GrowingPauses } from '../waiting/pause.ts';
import { Shutdown } from '../waiting/shutdown.service.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

type Persistence = {
  /** Aborts when the process is about to end. */
  readonly shutdown: AbortSignal;
  readonly onFailure: (error: unknown) => void;
  /** Returns whether the write may be abandoned during shutdown. By default it may. */
  readonly mayAbandon?: () => boolean;
};

/**
 * Repeats a write until the database accepts it. A process at its end abandons the write: its attempt then looks as if
 * the answer were lost, which is true for every other process.
 *
 * @throws the last failure, during shutdown only
 */
async function untilWritten<Result>(
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

/** Writes what became of a token, however long the database is away. */
@Injectable()
export class PersistentWrites {
  constructor(
    private readonly shutdown: Shutdown,
    private readonly log: Log,
  ) {}

  /** @throws the last failure, during shutdown only */
  untilWritten<Result>(write: () => Promise<Result>): Promise<Result> {
    return untilWritten(write, {
      shutdown: this.shutdown.signal,
      onFailure: error => {
        this.log.databaseFailed(error);
      },
    });
  }
}
