import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Log } from '../../observability/log/log.ts';
import { Database } from '../connection/database.ts';

const LOOK_EACH_MS = 1_000;

/**
 * Tells how long rows stay as they were read, as far as others are concerned: what this process writes it knows itself.
 *
 * An SQLite file counts what other connections write to it (`data_version`), though nobody but an operator's own tool
 * ever should. Postgres has nothing of the kind: there every row has to be read again.
 */
@Injectable()
export class ForeignWrites implements OnModuleInit, OnApplicationShutdown {
  private version: number | undefined;
  private quietSince = Infinity;
  private lookedAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    if (this.database.dialect.countForeignWrites)
      this.timer = setInterval(() => void this.look(), LOOK_EACH_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * Returns until when nobody else has changed a row whose reading began at a certain time, as far as is known.
   *
   * Both are times of this process's monotonic clock, in milliseconds.
   */
  unchangedUntil(readStartedAt: number): number {
    return readStartedAt >= this.quietSince ? Math.max(readStartedAt, this.lookedAt) : readStartedAt;
  }

  /** Asks the file whether anybody else wrote to it since it was asked last. */
  async look(): Promise<void> {
    const startedAt = performance.now();
    try {
      const version = await this.database.dialect.countForeignWrites?.(this.database);
      if (version !== this.version) this.quietSince = performance.now();
      this.version = version;
      this.lookedAt = startedAt;
    } catch (error) {
      this.log.databaseTrouble(error); // Until it can be asked again, rows are read again.
    }
  }
}
