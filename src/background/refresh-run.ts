/** What one run over the due sessions did. */
export type RefreshRun = {
  readonly refreshed: number;
  /** Nothing was to be done, or another process does it. */
  readonly skipped: number;
  readonly failed: readonly { readonly id: string; readonly error: string }[];
};

export const emptyRun: RefreshRun = { refreshed: 0, skipped: 0, failed: [] };

export function add(a: RefreshRun, b: RefreshRun): RefreshRun {
  return {
    refreshed: a.refreshed + b.refreshed,
    skipped: a.skipped + b.skipped,
    failed: [...a.failed, ...b.failed],
  };
}
