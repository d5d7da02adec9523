import type { SessionId } from '../../database/tables/id.ts';
import type { RefreshResult } from '../../sessions/refresh/refresh-result.ts';

/** Limit of listed failures: a run may cover all sessions, and continues while more become due. */
const MOST_LISTED = 1_000;

/** The results of one run. */
export type RefreshRun = {
  readonly refreshed: number;
  /** Sessions that needed no refresh, or that another process is refreshing. */
  readonly skipped: number;
  /** The first 1,000 failures. */
  readonly failed: readonly FailedRefresh[];
  /** Number of further failures, if there are any. */
  readonly unlisted?: number;
};

export type FailedRefresh = { readonly id: SessionId; readonly error: string };

/** Counts the results of a run and lists its failures. */
export class RefreshTally {
  private readonly counts = { refreshed: 0, skipped: 0, failed: 0 };
  private readonly failed: FailedRefresh[] = [];

  add(id: SessionId, result: RefreshResult): void {
    this.counts[result.kind]++;
    if (result.kind === 'failed' && this.failed.length < MOST_LISTED)
      this.failed.push({ id, error: result.error });
  }

  get run(): RefreshRun {
    const { refreshed, skipped, failed } = this.counts;
    const unlisted = failed - this.failed.length;
    return { refreshed, skipped, failed: this.failed, ...(unlisted > 0 ? { unlisted } : {}) };
  }
}
