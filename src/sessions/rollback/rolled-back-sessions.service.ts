import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { SessionCache } from '../stored/session.cache.ts';
import { type ReadSession, SessionMarks } from '../stored/session-marks.service.ts';
import { isOver, type SessionMark } from '../stored/session-standing.ts';
import { RollbackRepository } from './rollback.repository.ts';

/** Repairs sessions whose rows a failover or a restore of the database rolled back. */
@Injectable()
export class RolledBackSessions implements OnModuleInit, BeforeApplicationShutdown {
  constructor(
    private readonly rollbackRows: RollbackRepository,
    private readonly sessionMarks: SessionMarks,
    private readonly sessionCache: SessionCache,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.sessionMarks.repairWith(session => this.repair(session));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sessionMarks.allRepaired();
  }

  /**
   * Puts a session back to the newest state that this process knows, or in check if that state cannot be had. Returns
   * whether its row can be used now.
   */
  private async repair(session: ReadSession): Promise<boolean> {
    const { id, did, row } = session;
    try {
      const mark = this.sessionMarks.find(id);
      if (!mark) return false;
      this.log.sessionRolledBack({
        did,
        sessionId: id,
        generation: row.generation,
        knownGeneration: mark.generation,
      });
      if (isOver(row.status)) return await this.revokeNewest(session);
      return mark.isOver ? await this.endAgain(session, mark) : await this.putBackOrCheck(session);
    } catch (error) {
      this.log.databaseTrouble(error); // The next read finds it again.
      return false;
    } finally {
      this.sessionCache.forget(id);
    }
  }

  /** The sweeper revokes it at its issuer. */
  private async endAgain({ row }: ReadSession, { generation }: SessionMark): Promise<boolean> {
    if (await this.rollbackRows.endAgain(row, generation)) this.metrics.sessions.rolledBack('ended');
    return true;
  }

  /** Its owner ended it while the row was rolled back. */
  private async revokeNewest({ id, row }: ReadSession): Promise<boolean> {
    const state = this.sessionMarks.open(id);
    if (state && (await this.rollbackRows.revokeNewest(row, state)))
      this.metrics.sessions.rolledBack('ended');
    return true;
  }

  private async putBackOrCheck({ id, did, row }: ReadSession): Promise<boolean> {
    const state = this.sessionMarks.open(id);
    if (state) {
      if (!(await this.rollbackRows.putBack(row, state))) return true;
      this.metrics.sessions.rolledBack('put_back');
      this.log.sessionPutBack({ did, sessionId: id, generation: state.generation });
      return true;
    }
    if (await this.rollbackRows.putInCheck(row)) this.metrics.sessions.rolledBack('in_check');
    return false;
  }
}
