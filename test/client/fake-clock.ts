import type { Clock } from '../../src/client/index.ts';

/** A clock that passes waits at once and records them. */
export class FakeClock implements Clock {
  readonly waits: number[] = [];
  /** Runs within each wait. */
  onWait: () => void = () => undefined;
  #now = 0;

  readonly now = (): number => this.#now;

  readonly sleep = (ms: number, signal?: AbortSignal | null): Promise<void> => {
    this.waits.push(ms);
    this.#now += ms;
    this.onWait();
    return signal?.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve();
  };
}
