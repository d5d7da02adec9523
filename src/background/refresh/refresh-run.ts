import type { SessionId } from '../../database/tables/id.ts';
import type { RefreshResult } from '../../sessions/refresh/refresh-result.ts';

/** How many failures are told one by one: a run may go over all sessions there are, and goes on while more fall due. */
const MOST_LISTED = 1_000;

/** What one run over the due sessions did. */
export type RefreshRun = {
  readonly refreshed: number;
  /** Nothing was to be done, or another process does it. */
  readonly skipped: number;
  /** The first thousand failures. */
  readonly failed: readonly FailedRefresh[];
  /** How many failures there were besides; left out when there were none. */
  readonly unlisted?: number;
};

export type FailedRefresh = { readonly id: SessionId; readonly error: string };

/** Counts what becomes of each session, and keeps no more than that. */
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
