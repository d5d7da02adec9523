import { assertPermittedUrl } from './destination-rule.ts';
import { createGuardedExchange, type GuardedExchangeOptions, type WholeAnswer } from './guarded-exchange.ts';
import { RedirectError } from './outbound-error.ts';

/** The signature of WHATWG `fetch`, as the official atproto libraries expect it. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Statuses whose responses must not have a body (Fetch section 2.2.3). */
const nullBodyStatuses = new Set([204, 205, 304]);

/**
 * Creates a `fetch` for small documents on a guarded dispatcher. It resolves once the whole response is in memory.
 *
 * A redirect fails in every `redirect` mode. If the policy has no total time limit, the request's signal has no effect
 * after the request was dispatched. Rejects with an OutboundError, or with the reason of the caller's signal.
 */
export function createGuardedFetch(options: GuardedExchangeOptions): Fetch {
  const { rule } = options;
  const exchange = createGuardedExchange(options);
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    assertPermittedUrl(url, rule);
    const request = input instanceof Request && init === undefined ? input : new Request(input, init);
    const body = request.body === null ? null : Buffer.from(await request.arrayBuffer());
    request.signal.throwIfAborted();
    const { method, signal } = request;
    const headers = Object.fromEntries(request.headers);
    return toResponse(await exchange(url, { method, headers, body, signal }), url);
  };
}

/** @throws OutboundError for a redirect, and for a body that is not whole */
function toResponse({ status, statusText, headers, body, problem }: WholeAnswer, { origin }: URL): Response {
  if (status >= 300 && status < 400 && status !== 304)
    throw new RedirectError(origin, headers.get('location'));
  if (problem) throw problem;
  return new Response(nullBodyStatuses.has(status) ? null : body, { status, statusText, headers });
}
