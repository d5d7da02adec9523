import { setTimeout as delay } from 'node:timers/promises';

/** The end of a round, and whether its work threw. */
export type LastRound = { readonly endedAt: Date; readonly failed: boolean };

/**
 * Repeats a task with pauses until it is stopped. An error of the task goes to `onError` and does not end the loop.
 * Pauses vary by 10 %, so that instances that started together drift apart.
 */
export class BackgroundLoop {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** The previous round, or undefined before the first has ended. */
  lastRound: LastRound | undefined;

  constructor(
    private readonly pauseMs: number,
    private readonly work: (signal: AbortSignal) => Promise<unknown>,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Aborts the task and resolves once its round has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.runRound(signal);
      const pauseMs = this.pauseMs * (0.9 + 0.2 * Math.random());
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private async runRound(signal: AbortSignal): Promise<void> {
    let failed = false;
    try {
      await this.work(signal);
    } catch (error) {
      failed = true;
      this.onError(error);
    }
    this.lastRound = { endedAt: new Date(), failed };
  }
}
