import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { SessionCache } from '../stored/session.cache.ts';
import { type ReadSession, SessionMarks } from '../stored/session-marks.service.ts';
import { AttemptRunner } from '../../single-use/attempt-runner.service.ts';
import { isOver, type SentMark, type SessionMark } from '../stored/session-standing.ts';
import { RollbackRepository } from './rollback.repository.ts';

/** Repairs sessions whose rows a failover or a restore of the database rolled back. */
@Injectable()
export class RolledBackSessions implements OnModuleInit, BeforeApplicationShutdown {
  constructor(
    private readonly rollbackRows: RollbackRepository,
    private readonly sessionMarks: SessionMarks,
    private readonly sessionCache: SessionCache,
    private readonly attemptRunner: AttemptRunner,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.sessionMarks.repairWith((session, sent) => this.repair(session, sent));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sessionMarks.allRepaired();
  }

  /**
   * Puts a session back to the newest state that this process knows, or in check if that state cannot be had. Returns
   * whether its row can be used now.
   */
  private async repair(session: ReadSession, sent: SentMark | undefined): Promise<boolean> {
    const { id, did, row } = session;
    try {
      const mark = this.sessionMarks.find(id);
      const known = sent ?? mark;
      if (!known) return false;
      this.log.sessionRolledBack({
        did,
        sessionId: id,
        generation: row.generation,
        knownGeneration: known.generation,
      });
      if (isOver(row.status)) return await this.revokeNewest(session);
      if (sent) return await this.putAttemptBack(session, sent);
      return mark?.isOver ? await this.endAgain(session, mark) : await this.putBackOrCheck(session);
    } catch (error) {
      this.log.databaseFailed(error); // The next read finds it again.
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

  /** Another process waits for the answer of a running attempt, and for the word of its owner of one that has ended. */
  private async putAttemptBack({ row }: ReadSession, sent: SentMark): Promise<boolean> {
    const isEnded = sent.owner === this.attemptRunner.owner && !this.attemptRunner.isRunning(sent.attemptId);
    const isPutBack = await this.rollbackRows.putAttemptBack(row, sent, isEnded ? 'in_doubt' : 'sent');
    if (isPutBack) this.metrics.sessions.rolledBack('put_back');
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
