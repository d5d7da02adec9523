import { Injectable } from '@nestjs/common';
import { BatchedMarks } from '../../database/cache/batched-marks.ts';
import type { ApiKeyId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { statusTable } from '../../http/errors/status-table.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import {
  type CallCounts,
  type CallOutcome,
  DAY_MS,
  dayOf,
  type DayOfCalls,
  daysBefore,
  KEPT_DAYS,
  type KeyUsageOnDay,
  outcomeOf,
  SHOWN_DAYS,
  withEveryDay,
} from './key-usage.ts';
import { KeyUsageRepository } from './key-usage.repository.ts';

const FLUSH_MS = 10_000;

/** Rows per statement: SQLite blocks the whole process during a statement. */
const ROWS_PER_WRITE = 500;

/** Counts in memory while the database is away, of keys and days: about 10 MB. Further keys are not counted. */
const MOST_COUNTS = 50_000;

const ONE: Readonly<Record<CallOutcome, CallCounts>> = {
  answered: { answered: 1, refused: 0, failed: 0 },
  refused: { answered: 0, refused: 1, failed: 0 },
  failed: { answered: 0, refused: 0, failed: 1 },
};

/**
 * Counts the calls with valid keys by day, and stores the counts every 10 s and at shutdown. Several instances add to the
 * same rows. A process that is killed loses the counts of its last 10 s.
 *
 * A call belongs to the day on which it ends by the clock of its process, however late its count is stored.
 */
@Injectable()
export class KeyUsage extends BatchedMarks<string, KeyUsageOnDay> {
  private day = { number: 0, text: dayOf(new Date(0)) };

  constructor(
    private readonly keyUsageRows: KeyUsageRepository,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    super(FLUSH_MS, { batchSize: ROWS_PER_WRITE, most: MOST_COUNTS });
  }

  /** Counts a call with a key that was verified. */
  count(id: ApiKeyId, outcome: CallOutcome, now = Date.now()): void {
    const day = this.dayAt(now);
    this.mark(id + day, { api_key_id: id, day, ...ONE[outcome] });
  }

  /**
   * Counts a call whose key is no credential of its request, by the outcome of its work.
   *
   * @param outcomeOf the result, if not every result is an answer
   */
  async countWork<Result>(
    id: ApiKeyId,
    work: () => Promise<Result>,
    outcomeOf: (result: Result) => CallOutcome = () => 'answered',
  ): Promise<Result> {
    try {
      const result = await work();
      this.count(id, outcomeOf(result));
      return result;
    } catch (error) {
      this.count(id, outcomeOfError(error));
      throw error;
    }
  }

  /** Returns the calls of the last 30 days by day, today last. They are up to 10 s old. */
  async listDays(id: ApiKeyId, now = new Date()): Promise<DayOfCalls[]> {
    return withEveryDay(await this.keyUsageRows.list(id, daysBefore(now, SHOWN_DAYS - 1)), now);
  }

  /** Deletes up to `limit` counts that are older than 400 days. Returns their number. */
  sweep(limit: number, now: Date): Promise<number> {
    return this.keyUsageRows.deleteBefore(daysBefore(now, KEPT_DAYS), limit);
  }

  protected override merge(counted: KeyUsageOnDay, more: KeyUsageOnDay): KeyUsageOnDay {
    return {
      ...counted,
      answered: counted.answered + more.answered,
      refused: counted.refused + more.refused,
      failed: counted.failed + more.failed,
    };
  }

  protected write(counts: ReadonlyMap<string, KeyUsageOnDay>): Promise<void> {
    return this.keyUsageRows.add([...counts.values()]);
  }

  protected onFailure(error: unknown): void {
    this.metrics.credentials.keyUseNotWritten();
    this.log.databaseFailed(error);
  }

  private dayAt(now: number): string {
    const number = Math.floor(now / DAY_MS);
    if (number !== this.day.number) this.day = { number, text: dayOf(new Date(now)) };
    return this.day.text;
  }
}

function outcomeOfError(error: unknown): CallOutcome {
  return outcomeOf(error instanceof BrokerError ? statusTable[error.code] : undefined);
}
