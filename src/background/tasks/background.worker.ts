import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Log } from '../../observability/log/log.ts';
import { HandleChecks } from '../../identity/handles/handle-checks.service.ts';
import { BackgroundLoop, type LastRound } from './background-loop.ts';
import { BackgroundRefresh } from '../refresh/background-refresh.service.ts';
import { RollbackChecks } from '../../sessions/rollback/rollback-checks.service.ts';
import { ExpiryWarnings } from '../sweeps/expiry-warnings.service.ts';
import { Sweeper } from '../sweeps/sweeper.service.ts';

const CHECK_PAUSE_MS = 5_000;
const REFRESH_PAUSE_MS = 15_000;
const HANDLE_PAUSE_MS = 60_000;
const SWEEP_PAUSE_MS = 60_000;
const WARN_PAUSE_MS = 60 * 60_000;

/** The names of the background tasks. */
export type BackgroundTask = 'check' | 'handles' | 'refresh' | 'sweep' | 'warn';

/** A task of this process, and the result of its last round. */
export type TaskReport = { readonly task: BackgroundTask; readonly lastRound: LastRound | undefined };

/** Runs the background tasks from the start of the process to its shutdown. */
@Injectable()
export class BackgroundWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loops: ReadonlyMap<BackgroundTask, BackgroundLoop>;

  constructor(
    rollbackChecks: RollbackChecks,
    backgroundRefresh: BackgroundRefresh,
    sweeper: Sweeper,
    expiryWarnings: ExpiryWarnings,
    handleChecks: HandleChecks,
    log: Log,
  ) {
    const onError = (error: unknown): void => {
      log.backgroundFailed(error);
    };
    this.loops = new Map([
      ['check', new BackgroundLoop(CHECK_PAUSE_MS, signal => rollbackChecks.run(signal), onError)],
      ['handles', new BackgroundLoop(HANDLE_PAUSE_MS, signal => handleChecks.run(signal), onError)],
      ['refresh', new BackgroundLoop(REFRESH_PAUSE_MS, signal => backgroundRefresh.run(0, signal), onError)],
      ['sweep', new BackgroundLoop(SWEEP_PAUSE_MS, signal => sweeper.run(signal), onError)],
      ['warn', new BackgroundLoop(WARN_PAUSE_MS, signal => expiryWarnings.run(signal), onError)],
    ]);
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops.values()) loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([...this.loops.values()].map(loop => loop.stop()));
  }

  /** Returns the last round of each task of this process. */
  listReports(): TaskReport[] {
    return [...this.loops].map(([task, { lastRound }]) => ({ task, lastRound }));
  }
}
