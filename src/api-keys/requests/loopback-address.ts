/**
 * Reads where on its own machine an asker wants to get the claim code: `http://127.0.0.1:PORT/…` or `http://[::1]:PORT/…`,
 * written with its port and without credentials or a fragment.
 */
export function parseLoopbackAddress(text: string): URL | undefined {
  if (!/^http:\/\/(127\.0\.0\.1|\[::1\]):\d{1,5}\/[^\s\\#]*$/.test(text)) return undefined;
  return URL.parse(text) ?? undefined;
}

/** The address with what the asker needs: `?request=<id>&code=<code>`, beside what it has. */
export function withClaim(loopback: string, requestId: string, code: string): string {
  const url = new URL(loopback);
  url.searchParams.set('request', requestId);
  url.searchParams.set('code', code);
  return url.href;
}
