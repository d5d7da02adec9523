import { Injectable } from '@nestjs/common';
import { BatchedMarks } from '../../database/cache/batched-marks.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { Log } from '../../observability/log/log.ts';
import { databaseTime, type LiveSession, SessionCache } from './session.cache.ts';
import { SessionRepository } from './session.repository.ts';

const FLUSH_MS = 30_000;

/** How exact `last_used_at` is. What depends on it is a matter of days. */
const PRECISION_MS = 10 * 60_000;

/** Stores when sessions were last used. A busy session costs one small write every ten minutes. */
@Injectable()
export class SessionLastUse extends BatchedMarks<SessionId> {
  constructor(
    private readonly sessionRows: SessionRepository,
    private readonly sessionCache: SessionCache,
    private readonly log: Log,
  ) {
    super(FLUSH_MS);
  }

  /** Notes a use, unless one of the last ten minutes is stored already. */
  noteUse(session: LiveSession): void {
    const { id, lastUsedAt } = session;
    const now = databaseTime(session);
    if (!lastUsedAt || now.getTime() - lastUsedAt.getTime() > PRECISION_MS) this.mark(id, now);
  }

  protected async write(used: ReadonlyMap<SessionId, Date>): Promise<void> {
    const ids = [...used.keys()];
    await this.sessionRows.markUsed(ids);
    for (const id of ids) this.sessionCache.noteStoredUse(id);
  }

  protected onFailure(error: unknown): void {
    this.log.databaseFailed(error);
  }
}
