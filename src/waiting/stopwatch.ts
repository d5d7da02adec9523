/** Measures the time since now: the one clock stands still in a suspended machine, the other may be set. */
export function stopwatch(): () => number {
  const [startedAt, startedAtTime] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - startedAt, Date.now() - startedAtTime);
}
