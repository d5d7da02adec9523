/**
 * Parses the loopback URL that receives the claim code: `http://127.0.0.1:PORT/…` or `http://[::1]:PORT/…`, with a port
 * and without credentials or a fragment. Returns undefined for any other text.
 */
export function parseLoopbackAddress(text: string): URL | undefined {
  if (!/^http:\/\/(127\.0\.0\.1|\[::1\]):\d{1,5}\/[^\s\\#]*$/.test(text)) return undefined;
  return URL.parse(text) ?? undefined;
}

/** Returns the loopback URL with `request=<id>&code=<code>` added to its query. */
export function withClaim(loopback: string, requestId: string, code: string): string {
  const url = new URL(loopback);
  url.searchParams.set('request', requestId);
  url.searchParams.set('code', code);
  return url.href;
}
