import { Injectable } from '@nestjs/common';
import { BatchedMarks } from '../database/cache/batched-marks.ts';
import { Log } from '../observability/log/log.ts';
import { UiSessionCache } from './ui-session.cache.ts';
import { UiSessionRepository } from './ui-session.repository.ts';

const FLUSH_MS = 1_000;

/** Stores when browsers were last seen, by the digests of their cookies. */
@Injectable()
export class BrowserLastUse extends BatchedMarks<string> {
  constructor(
    private readonly uiSessionRows: UiSessionRepository,
    private readonly uiSessionCache: UiSessionCache,
    private readonly log: Log,
  ) {
    super(FLUSH_MS);
  }

  noteSeen(digest: string, now: Date): void {
    this.mark(digest, now);
  }

  protected async write(seen: ReadonlyMap<string, Date>): Promise<void> {
    await this.uiSessionRows.touchUiSessions(seen);
    for (const [digest, lastSeenAt] of seen)
      this.uiSessionCache.amend(digest, known => ({ ...known, lastSeenAt }));
  }

  protected onFailure(error: unknown): void {
    this.log.databaseFailed(error);
  }
}
