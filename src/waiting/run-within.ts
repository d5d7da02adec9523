/**
 * Waits for work, but not for longer than `ms`, nor past the end of `outer`. The work goes on; what waited leaves
 * nothing behind.
 *
 * @param work receives the signal that tells when the waiting is over
 * @returns what the work returns; `undefined` when the waiting ended first
 */
export async function withPatience<Result>(
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
