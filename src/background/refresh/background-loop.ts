import { setTimeout as delay } from 'node:timers/promises';

/** When a round ended, and whether its work threw. */
export type LastRound = { readonly endedAt: Date; readonly failed: boolean };

/**
 * Does something again and again until it is stopped. What the work throws is handed to `onError` and ends nothing.
 * Pauses differ by a fifth, so that instances that started together drift apart.
 */
export class BackgroundLoop {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** How the round before went; undefined while there was none. */
  lastRound: LastRound | undefined;

  constructor(
    private readonly pauseMs: number,
    private readonly work: (signal: AbortSignal) => Promise<unknown>,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Resolves when the work under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.round(signal);
      const pauseMs = this.pauseMs * (0.9 + 0.2 * Math.random());
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private async round(signal: AbortSignal): Promise<void> {
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
