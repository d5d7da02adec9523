/**
 * Starts a stopwatch and returns a function that reads it, in milliseconds. It reads the larger of two clocks:
 * performance.now() stops during suspend, Date.now() can be changed.
 */
export function stopwatch(): () => number {
  const [startedAt, startedAtTime] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - startedAt, Date.now() - startedAtTime);
}
