/** Returns the first slot that none of an account's keys takes; `undefined` when it has as many keys as it may. */
export function freeSlot(taken: readonly number[], most: number): number | undefined {
  // Counted first: taken slots may lie above a limit that was lowered.
  if (taken.length >= most) return undefined;
  let slot = 1;
  while (taken.includes(slot)) slot++;
  return slot;
}
