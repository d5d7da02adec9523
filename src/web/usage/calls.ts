import type { CallCounts, CallOutcome, DayOfCalls } from '../../api-keys/usage/key-usage.ts';

/** The outcomes in the order of the table, and of a bar from its foot. */
export const outcomes = ['answered', 'refused', 'failed'] as const satisfies readonly CallOutcome[];

export function callsOn({ answered, refused, failed }: CallCounts): number {
  return answered + refused + failed;
}

export function totalOf(days: readonly CallCounts[]): CallCounts {
  const total = { answered: 0, refused: 0, failed: 0 };
  for (const day of days) for (const outcome of outcomes) total[outcome] += day[outcome];
  return total;
}

/** Returns the first of the days with the most calls. */
export function busiestOf(days: readonly DayOfCalls[]): DayOfCalls | undefined {
  return days.toSorted((a, b) => callsOn(b) - callsOn(a))[0];
}
