import { existsSync, renameSync } from 'node:fs';
import { codeOf } from '../errors/code-of.ts';
import { HighWaterFile } from './high-water-file.ts';

/** How long the file is left alone after a failure. Each try may block on a disk in trouble. */
const PAUSE_AFTER_FAILURE_MS = 5_000;

/** How often a file that stays in trouble is reported. */
const REPORT_EVERY_MS = 60_000;

const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;

export type JournalWatcher = {
  /** Called with a failure, at most once a minute. */
  readonly onFailure: (error: unknown) => void;
  /** Called when the first use fails, and when one succeeds again. */
  readonly onChange: (isFailing: boolean) => void;
};

/**
 * The file of marks, whatever happens to it: every failure is reported, and none reaches a caller. A damaged file is
 * renamed to `<file>.damaged`, and a new one takes its place.
 */
export class JournalFile {
  private file: HighWaterFile | undefined;
  private isClosed = false;
  private isFailing = false;
  private triedAt = -Infinity;
  private reportedAt = -Infinity;

  constructor(
    private readonly path: string,
    private readonly watcher: JournalWatcher,
  ) {}

  /** Uses the file. Returns undefined if that fails, or has just failed. */
  use<Result>(work: (file: HighWaterFile) => Result): Result | undefined {
    if (this.isClosed || performance.now() - this.triedAt < PAUSE_AFTER_FAILURE_MS) return undefined;
    try {
      this.file ??= HighWaterFile.open(this.path);
      const result = work(this.file);
      this.setFailing(false);
      return result;
    } catch (error) {
      this.triedAt = performance.now();
      // An earlier process closes the file a moment after it released the slot.
      if (this.isFailing || codeOf(error) !== 'SQLITE_BUSY') this.report(error);
      this.setFailing(true);
      if (DAMAGED.test(codeOf(error))) this.setAside();
      return undefined;
    }
  }

  /** Writes the file again if it was deleted: the open one has no name any more. */
  restoreDeleted(): void {
    const { file } = this;
    if (!file || existsSync(this.path)) return;
    this.report(new Error(`The high-water journal ${this.path} was deleted.`));
    this.use(() => {
      file.copyTo(this.path);
      file.close();
      this.file = undefined;
    });
  }

  close(): void {
    this.isClosed = true;
    this.file?.close();
    this.file = undefined;
  }

  private setFailing(isFailing: boolean): void {
    if (isFailing !== this.isFailing) this.watcher.onChange(isFailing);
    this.isFailing = isFailing;
  }

  private report(error: unknown): void {
    if (performance.now() - this.reportedAt < REPORT_EVERY_MS) return;
    this.reportedAt = performance.now();
    this.watcher.onFailure(error);
  }

  private setAside(): void {
    try {
      this.file?.close();
      this.file = undefined;
      for (const end of ['', '-wal']) moveIfPresent(`${this.path}${end}`, `${this.path}.damaged${end}`);
      this.triedAt = -Infinity;
    } catch (error) {
      this.report(error);
    }
  }
}

function moveIfPresent(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
