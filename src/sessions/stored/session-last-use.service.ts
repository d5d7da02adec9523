import { Injectable } from '@nestjs/common';
import { BatchedMarks } from '../../database/cache/batched-marks.ts';
import { Log } from '../../observability/log/log.ts';
import { databaseTime, type LiveSession, SessionCache } from './session.cache.ts';
import { SessionRepository } from './session.repository.ts';

const FLUSH_MS = 30_000;

/** How exact `last_used_at` is: what hangs on it is a matter of days. */
const PRECISION_MS = 10 * 60_000;

/** Writes down which sessions were used: a busy session costs a small write every ten minutes. */
@Injectable()
export class SessionLastUse extends BatchedMarks {
  constructor(
    private readonly sessionRows: SessionRepository,
    private readonly sessionCache: SessionCache,
    private readonly log: Log,
  ) {
    super(FLUSH_MS);
  }

  /** Notes the use of a session, unless it is written down that it was used a moment ago. */
  noteUse(session: LiveSession): void {
    const { id, lastUsedAt } = session;
    const now = databaseTime(session);
    if (!lastUsedAt || now.getTime() - lastUsedAt.getTime() > PRECISION_MS) this.mark(id, now);
  }

  protected async write(used: ReadonlyMap<string, Date>): Promise<void> {
    const ids = [...used.keys()];
    await this.sessionRows.markUsed(ids);
    for (const id of ids) this.sessionCache.noteStoredUse(id);
  }

  protected onFailure(error: unknown): void {
    this.log.databaseTrouble(error);
  }
}
