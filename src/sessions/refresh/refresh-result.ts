/** How a refresh ended. `skipped`: nothing was tried, or another process tried. */
export type RefreshResult =
  | { readonly kind: 'refreshed' }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'failed'; readonly error: string };
