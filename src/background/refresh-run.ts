import type { RefreshResult } from '../sessions/refresh-result.ts';

/** What one run over the due sessions did. */
export type RefreshRun = {
  readonly refreshed: number;
  /** Nothing was to be done, or another process does it. */
  readonly skipped: number;
  readonly failed: readonly { readonly id: string; readonly error: string }[];
};

export type SessionOutcome = { readonly id: string; readonly result: RefreshResult };

/** Counts what became of each session. */
export function toRefreshRun(outcomes: readonly SessionOutcome[]): RefreshRun {
  const count = (kind: RefreshResult['kind']): number =>
    outcomes.filter(({ result }) => result.kind === kind).length;
  return {
    refreshed: count('refreshed'),
    skipped: count('skipped'),
    failed: outcomes.flatMap(({ id, result }) => ('error' in result ? [{ id, error: result.error }] : [])),
  };
}
