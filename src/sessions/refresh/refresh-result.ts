/** What became of a refresh. `skipped`: nothing was tried, or another process did it. */
export type RefreshResult =
  | { readonly kind: 'refreshed' }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'failed'; readonly error: string };
