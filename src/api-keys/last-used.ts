import { Injectable } from '@nestjs/common';
import { BatchedMarks } from '../database/batched-marks.ts';
import { Log } from '../observability/log.ts';
import { Metrics } from '../observability/metrics.ts';
import { type ApiKey, minuteOf } from './api-key.ts';
import { ApiKeyRepository } from './api-key.repository.ts';

const FLUSH_MS = 10_000;

/** Writes down when keys were used: at most one write a minute and key. */
@Injectable()
export class LastUsed extends BatchedMarks {
  constructor(
    private readonly apiKeys: ApiKeyRepository,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    super(FLUSH_MS);
  }

  /** Notes the use of a key, unless this minute is written down already. */
  remember({ id, lastUsedAt }: ApiKey, now: Date): void {
    const minute = minuteOf(now);
    if (!lastUsedAt || lastUsedAt < minute) this.mark(id, minute);
  }

  protected write(used: ReadonlyMap<string, Date>): Promise<void> {
    return this.apiKeys.touch(used);
  }

  protected onFailure(error: unknown): void {
    this.metrics.keyUseNotWritten();
    this.log.databaseTrouble(error);
  }
}
