import { isUnavailable } from '../../database/connection/database-error.ts';
import type { Log } from '../../observability/log/log.ts';
import { GrowingPauses } from '../../waiting/pause.ts';
import { runConcurrently } from '../../waiting/run-concurrently.ts';
import type { Shutdown } from '../../waiting/shutdown.service.ts';
import { stopwatch } from '../../waiting/stopwatch.ts';
import { withinTime } from '../../waiting/within-time.ts';
import type { Spool } from './spool.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

const FILES_AT_ONCE = 8;

/** How a replay ended. `left`: the files that stay in the directory. */
export type Replayed = { readonly stored: number; readonly left: number };

type FileResult = 'stored' | 'left' | 'database-away';

type ReplayParts<Answer> = {
  readonly shutdown: Shutdown;
  readonly log: Log;
  /** Stores an answer. It is called again after it throws. */
  readonly storeOnce: (answer: Answer) => Promise<unknown>;
};

export type ReplayOptions = {
  /** How long a replay waits for one file before it turns to the next one. */
  readonly fileTimeLimitMs: number;
  /** Returns whether this process stores the answer in the file already. */
  readonly isInHand: (id: string) => boolean;
};

/** Stores the answers that processes left on disk, each file by itself. */
export class SpoolReplay<Answer> {
  constructor(
    private readonly spool: Spool<Answer>,
    private readonly parts: ReplayParts<Answer>,
  ) {}

  /**
   * Stores what is in a directory. A file that cannot be read or stored stays where it is, as an alarm, and delays no
   * other. Never rejects.
   */
  async run(directory: string, options: ReplayOptions): Promise<Replayed> {
    const results = await this.replayFiles(directory, options);
    const stored = results.filter(result => result === 'stored').length;
    if (stored > 0) this.parts.log.spoolReplayed(stored);
    return { stored, left: results.length - stored };
  }

  /** Lists the files of a directory, and holds what waits for them. */
  async listFiles(directory: string): Promise<string[]> {
    try {
      const ids = await this.spool.list(directory);
      const paths = ids.map(id => this.spool.fileOf(id, directory));
      this.spool.files.keepOnly(directory, new Set(paths));
      ids.forEach((id, index) => this.spool.files.note(paths[index] ?? '', { id, directory }));
      return ids;
    } catch (error) {
      this.parts.log.spoolUnreadable({ directory }, error);
      return [];
    }
  }

  private async replayFiles(directory: string, options: ReplayOptions): Promise<FileResult[]> {
    const { signal } = this.parts.shutdown;
    const ids = await this.listFiles(directory);
    const waiting = ids.filter(id => !options.isInHand(id));
    let isAway = false;
    return runConcurrently(waiting, FILES_AT_ONCE, async id => {
      if (isAway || signal.aborted) return 'left';
      const result = await this.replayFile(id, directory, options.fileTimeLimitMs);
      isAway ||= result === 'database-away';
      return result;
    });
  }

  private async replayFile(id: string, directory: string, timeLimitMs: number): Promise<FileResult> {
    const file = this.spool.files.note(this.spool.fileOf(id, directory), { id, directory });
    if (file.isBusy) return 'left';
    file.isBusy = true;
    const storing = this.storeFile(id, directory, timeLimitMs).then(
      () => 'stored' as const,
      (error: unknown) => this.reportLeft(file, error),
    );
    void storing.finally(() => (file.isBusy = false));
    const result = await withinTime(timeLimitMs, storing, 'late' as const);
    return result === 'late' ? this.reportLeft(file, new Error('It was not stored in time.')) : result;
  }

  /** Retries for a while if the database is away. */
  private async storeFile(id: string, directory: string, timeLimitMs: number): Promise<void> {
    const { signal } = this.parts.shutdown;
    const answer = await this.spool.read(id, directory);
    const elapsed = stopwatch();
    const pauses = new GrowingPauses(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, signal);
    while (answer !== undefined) {
      try {
        await this.parts.storeOnce(answer);
        break;
      } catch (error) {
        if (signal.aborted || elapsed() > timeLimitMs || !isUnavailable(error)) throw error;
      }
      await pauses.sleep();
    }
    await this.spool.delete(id, directory);
  }

  /** Reports each file once. A database that is away says nothing about the file. */
  private reportLeft(file: { id: string; isReported: boolean }, error: unknown): FileResult {
    const { log, shutdown } = this.parts;
    if (isUnavailable(error)) {
      log.databaseFailed(error);
      return 'database-away';
    }
    if (!file.isReported && !shutdown.signal.aborted) log.spooledAnswerStuck({ file: file.id }, error);
    file.isReported = true;
    return 'left';
  }
}
