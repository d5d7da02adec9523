import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Home, type Restoration } from '../../database/home/home.service.ts';
import { BEFORE_ALL_SESSIONS, type SessionId } from '../../database/tables/id.ts';
import { Log } from '../../observability/log/log.ts';
import { RollbackRepository } from './rollback.repository.ts';

/** Sessions per statement. */
const PAGE = 200;

/** What became of the sessions of a restored database. */
export type RestoredCounts = {
  readonly restoredAt: Date;
  /** In doubt at first. Null while they are put in doubt. */
  readonly sessions: number | null;
  /** Not refreshed since. */
  readonly open: number;
  /** Their newest tokens were lost. Only their owners can renew them. */
  readonly ended: number;
};

/**
 * Holds the refresh tokens of a restored database back before anything is sent. A token that was spent since the backup ends
 * nothing that still lives, but a newer state may lie in the journal or spool of an instance, which then wins. After that the
 * refresh itself tells: what was not rotated goes on, what was is `needs_reauth(restored)`.
 */
@Injectable()
export class RestoredSessions implements OnModuleInit {
  constructor(
    private readonly home: Home,
    private readonly rollbackRows: RollbackRepository,
    private readonly auditLog: AuditLog,
    private readonly log: Log,
  ) {}

  async onModuleInit(): Promise<void> {
    const restoration = await this.home.findRestoration();
    if (restoration?.sessions === null) await this.doubtAll(restoration);
  }

  /** Returns undefined if the database was never restored. */
  async count(): Promise<RestoredCounts | undefined> {
    const restoration = await this.home.findRestoration();
    if (!restoration) return undefined;
    const counts = await this.rollbackRows.countRestored(restoration.restoredAt);
    return { restoredAt: new Date(restoration.restoredAt), sessions: restoration.sessions, ...counts };
  }

  /** Another instance may do the same, and one that ended halfway goes on at its next start. */
  private async doubtAll(restoration: Restoration): Promise<void> {
    const { restoredAt } = restoration;
    let doubted = 0;
    let after: SessionId | undefined = BEFORE_ALL_SESSIONS;
    while (after !== undefined) {
      const page = await this.rollbackRows.listBeforeRestore(restoredAt, after, PAGE);
      for (const row of page) if (await this.rollbackRows.doubtRestored(row)) doubted++;
      after = page.at(-1)?.id;
    }
    const { open } = await this.rollbackRows.countRestored(restoredAt);
    if (!(await this.home.finishDoubts(restoration, open))) return;
    this.log.restoredSessionsDoubted({ sessions: doubted });
    await this.auditLog.record({
      actor: { kind: 'operator' },
      action: 'database.restored',
      target: { kind: 'database' },
      detail: { sessions: open },
    });
  }
}
