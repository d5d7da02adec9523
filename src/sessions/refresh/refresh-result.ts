/**
 * How a refresh ended. `skipped`: nothing was tried, or another process tried. `until`: nothing is tried before this time,
 * by the database's clock.
 */
export type RefreshResult =
  | { readonly kind: 'refreshed' }
  | { readonly kind: 'skipped'; readonly until?: Date }
  | { readonly kind: 'failed'; readonly error: string };
