import { Injectable } from '@nestjs/common';
import type { SessionStatus } from '../../database/tables/oauth-session.ts';
import { BackgroundWorker, type TaskReport } from '../tasks/background.worker.ts';
import { DueSessionRepository } from '../refresh/due-session.repository.ts';
import { SessionCountRepository } from './session-count.repository.ts';

/** The tasks of this process, and the due sessions of all processes. */
export type BackgroundState = {
  readonly tasks: readonly TaskReport[];
  /** Number of sessions whose refresh is due and that no worker has claimed. */
  readonly due: number;
};

/** Reads the state of the background tasks and the number of sessions, for the operator. */
@Injectable()
export class BackgroundStates {
  constructor(
    private readonly backgroundWorker: BackgroundWorker,
    private readonly dueSessionRows: DueSessionRepository,
    private readonly sessionCountRows: SessionCountRepository,
  ) {}

  async getState(): Promise<BackgroundState> {
    return { tasks: this.backgroundWorker.listReports(), due: await this.dueSessionRows.countDue() };
  }

  countSessions(): Promise<Readonly<Record<SessionStatus, number>>> {
    return this.sessionCountRows.countByStatus();
  }
}
