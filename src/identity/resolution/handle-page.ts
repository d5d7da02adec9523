import type { Fetch } from '../outbound/guarded-fetch.ts';
import { RedirectError } from '../outbound/outbound-error.ts';

/** Redirects of one page. Real ones lead to the `www` host, to a provider of handles, or to both. */
const MOST_HOPS = 3;

/** In milliseconds, for the page with all its redirects. */
const TIME_LIMIT_MS = 10_000;

/**
 * Wraps a guarded fetch of the page that proves a handle (`/.well-known/atproto-did`). It follows up to three redirects.
 * The guarded fetch checks each hop like the first: protocol, address, size.
 *
 * The response is about the handle: the page, or a statement that there is none. Every other one is rejected, as a check
 * for bots or a failing server says nothing about the handle.
 */
export function fetchingHandlePages(fetch: Fetch): Fetch {
  return async (input, init) => {
    const signals = [AbortSignal.timeout(TIME_LIMIT_MS), init?.signal ?? []].flat();
    const options = { ...init, signal: AbortSignal.any(signals) };
    let url = new URL(input instanceof Request ? input.url : input);
    for (let hops = 0; ; hops++) {
      try {
        return await requireAnswer(await fetch(url, options));
      } catch (error) {
        url = nextOf(error, url, hops);
      }
    }
  };
}

/** Returns the address of the next hop. Throws every error that is no redirect to follow. */
function nextOf(error: unknown, url: URL, hops: number): URL {
  const next = error instanceof RedirectError ? URL.parse(error.location ?? '', url) : null;
  if (!(error instanceof RedirectError) || error.location === null || !next || hops >= MOST_HOPS) throw error;
  return next;
}

/** Rejects a response that says nothing about the handle. A page with a DID may have any type. */
async function requireAnswer(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  if (status === 404 || status === 410) return response;
  if (!response.ok) throw new Error(`The handle's own server answered ${status}.`);
  const text = await response.text();
  const isHtml = /^text\/html\b/i.test(headers.get('content-type') ?? '') || /^\s*</.test(text);
  if (isHtml && !/^\s*did:/.test(text)) throw new Error("The handle's own server answered with a web page.");
  return new Response(text, { status, statusText, headers });
}
