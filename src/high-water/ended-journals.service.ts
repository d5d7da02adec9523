import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { codeOf } from '../errors/code-of.ts';
import { Log } from '../observability/log/log.ts';
import { HighWaterFile } from './high-water-file.ts';
import { HighWater, JOURNAL } from './high-water.service.ts';

/** Reads the journals of processes that have ended: what they knew of a row counts as long as the row lives. */
@Injectable()
export class EndedJournals {
  /** When each journal had changed last when it was read, in milliseconds since 1970. */
  private readonly read = new Map<string, number>();

  constructor(
    private readonly highWater: HighWater,
    private readonly log: Log,
  ) {}

  /** Adopts what is newer in the journal of a directory, whose slot the caller holds. Never rejects. */
  async adopt(directory: string): Promise<void> {
    const path = join(directory, JOURNAL);
    const changedAt = changeOf(path);
    if (changedAt === undefined || this.read.get(path) === changedAt) return;
    try {
      const file = HighWaterFile.open(path);
      await this.highWater.adoptAll(file).finally(() => {
        file.close();
      });
    } catch (error) {
      // A process closes its journal a moment after it released the slot.
      if (codeOf(error) === 'SQLITE_BUSY') return;
      this.log.highWaterFailed(error);
    }
    this.read.set(path, changeOf(path) ?? changedAt);
  }
}

function changeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
