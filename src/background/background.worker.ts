import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Log } from '../observability/log.ts';
import { BackgroundLoop } from './background-loop.ts';
import { BackgroundRefresh } from './background-refresh.service.ts';
import { EndingSoon } from './ending-soon.ts';
import { Sweeper } from './sweeper.ts';

const REFRESH_PAUSE_MS = 15_000;
const SWEEP_PAUSE_MS = 60_000;
const WARN_PAUSE_MS = 60 * 60_000;

/** Runs the background's work from the start of the process to its end. */
@Injectable()
export class BackgroundWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loops: readonly BackgroundLoop[];

  constructor(refresh: BackgroundRefresh, sweeper: Sweeper, endingSoon: EndingSoon, log: Log) {
    const onError = (error: unknown): void => {
      log.backgroundFailed(error);
    };
    this.loops = [
      new BackgroundLoop(REFRESH_PAUSE_MS, signal => refresh.run(0, signal), onError),
      new BackgroundLoop(SWEEP_PAUSE_MS, signal => sweeper.run(signal), onError),
      new BackgroundLoop(WARN_PAUSE_MS, signal => endingSoon.run(signal), onError),
    ];
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map(loop => loop.stop()));
  }
}
