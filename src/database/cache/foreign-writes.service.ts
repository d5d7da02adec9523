import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Log } from '../../observability/log/log.ts';
import { Database } from '../connection/database.ts';

const CHECK_EVERY_MS = 1_000;

/**
 * Tells until when no other process has changed the rows that this process read.
 *
 * SQLite counts the writes of other connections (`data_version`), and only an operator's own tool should make any.
 * Postgres has no such count, so its rows are read again.
 */
@Injectable()
export class ForeignWrites implements OnModuleInit, OnApplicationShutdown {
  private version: number | undefined;
  private quietSince = Infinity;
  private checkedAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    if (this.database.dialect.countForeignWrites)
      this.timer = setInterval(() => void this.checkVersion(), CHECK_EVERY_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * Returns the latest time until which no other process is known to have changed a row that was read at
   * `readStartedAt`. Both are times of this process's monotonic clock, in milliseconds.
   */
  unchangedUntil(readStartedAt: number): number {
    return readStartedAt >= this.quietSince ? Math.max(readStartedAt, this.checkedAt) : readStartedAt;
  }

  /** Checks whether another connection wrote to the file since the last check. Never rejects. */
  async checkVersion(): Promise<void> {
    const startedAt = performance.now();
    try {
      const version = await this.database.dialect.countForeignWrites?.(this.database);
      if (version !== this.version) this.quietSince = performance.now();
      this.version = version;
      this.checkedAt = startedAt;
    } catch (error) {
      this.log.databaseFailed(error); // Until a check succeeds, rows are read again.
    }
  }
}
