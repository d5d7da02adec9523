import { Injectable } from '@nestjs/common';
import type { SessionStatus } from '../../database/tables/oauth-session.ts';
import { BackgroundWorker, type TaskReport } from '../refresh/background.worker.ts';
import { DueSessionRepository } from '../refresh/due-session.repository.ts';
import { SessionCountRepository } from './session-count.repository.ts';

/** How the background's work goes: that of this process, and what is left to do among all. */
export type BackgroundState = {
  readonly tasks: readonly TaskReport[];
  /** Sessions whose refresh is due, and that no worker has taken upon itself. */
  readonly due: number;
};

/** Tells the operator how many sessions there are, and whether the background keeps up with them. */
@Injectable()
export class BackgroundStates {
  constructor(
    private readonly backgroundWorker: BackgroundWorker,
    private readonly dueSessionRows: DueSessionRepository,
    private readonly sessionCountRows: SessionCountRepository,
  ) {}

  async read(): Promise<BackgroundState> {
    return { tasks: this.backgroundWorker.report(), due: await this.dueSessionRows.countDue() };
  }

  countSessions(): Promise<Readonly<Record<SessionStatus, number>>> {
    return this.sessionCountRows.byStatus();
  }
}
