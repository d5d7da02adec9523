/**
 * Runs work and waits for it up to `ms`, or until `outer` aborts. The work receives a signal that aborts when the
 * waiting ends; work that ignores the signal continues. Leaves no timer and no listener behind.
 *
 * @returns what the work returns, or `undefined` if the waiting ended first
 */
export async function runWithin<Result>(
  ms: number,
  outer: AbortSignal | undefined,
  work: (over: AbortSignal) => Promise<Result>,
): Promise<Result | undefined> {
  const over = new AbortController();
  const end = (): void => {
    over.abort();
  };
  const ended = new Promise<undefined>(resolve => {
    over.signal.addEventListener('abort', () => {
      resolve(undefined);
    });
  });
  const timer = setTimeout(end, ms);
  outer?.addEventListener('abort', end);
  if (outer?.aborted) end();
  try {
    return await Promise.race([work(over.signal), ended]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', end);
  }
}
