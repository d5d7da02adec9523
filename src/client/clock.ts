/** Measures and passes time. Tests replace it. */
export type Clock = {
  /** Returns milliseconds since any moment. Never steps back. */
  readonly now: () => number;
  /** Waits. Rejects with the signal's reason if it aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal | null) => Promise<void>;
};

/** The clock of the machine. */
export const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, ms);
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    }),
};
