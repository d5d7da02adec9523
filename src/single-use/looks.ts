import { GrowingPauses } from '../waiting/pause.ts';

const FIRST_MS = 100;
const LONGEST_MS = 1_000;

/** Returns the pauses between looks at a token that another process uses. */
export function pausesBetweenLooks(shutdown: AbortSignal): GrowingPauses {
  return new GrowingPauses(FIRST_MS, LONGEST_MS, shutdown);
}
