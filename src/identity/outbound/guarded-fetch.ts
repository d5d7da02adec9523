import type { Dispatcher } from 'undici';
import { DecodedTooLargeError, decodedBody } from './decoded-body.ts';
import { runWithin } from '../../waiting/run-within.ts';
import { assertPermittedUrl, type DestinationRule } from './destination-rule.ts';
import { OutboundError } from './outbound-error.ts';
import type { OutboundPolicy } from './outbound-policy.ts';

/** The signature of WHATWG `fetch`, as the official atproto libraries expect it. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Statuses whose responses must not have a body (Fetch section 2.2.3). */
const nullBodyStatuses = new Set([204, 205, 304]);

export type GuardedFetchOptions = { dispatcher: Dispatcher; policy: OutboundPolicy; rule: DestinationRule };

/**
 * Creates a `fetch` for small documents on a guarded dispatcher. It resolves once the whole response is in memory.
 *
 * A redirect fails in every `redirect` mode. If the policy has no total time limit, the request's signal has no effect
 * after the request was dispatched. Rejects with an OutboundError, or with the reason of the caller's signal.
 */
export function createGuardedFetch({ dispatcher, policy, rule }: GuardedFetchOptions): Fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    assertPermittedUrl(url, rule);
    const request = input instanceof Request && init === undefined ? input : new Request(input, init);
    const body = request.body === null ? null : Buffer.from(await request.arrayBuffer());
    request.signal.throwIfAborted();
    const exchange = (signal?: AbortSignal): Promise<Response> =>
      exchangeDocument(dispatcher, { url, request, body, maxSize: policy.maxResponseSize, signal });
    if (policy.totalTimeout === 0) return exchange();
    // undici heeds a signal only once a connection stands, so the waiting itself ends here too.
    const response = await runWithin(policy.totalTimeout, request.signal, exchange);
    if (response) return response;
    request.signal.throwIfAborted();
    throw new OutboundError('timeout', url.origin, true);
  };
}

type Exchange = {
  url: URL;
  request: Request;
  body: Buffer | null;
  maxSize: number;
  signal: AbortSignal | undefined;
};

async function exchangeDocument(dispatcher: Dispatcher, exchange: Exchange): Promise<Response> {
  const { url, request, body, maxSize, signal } = exchange;
  const answer = await dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: request.method,
    headers: {
      'user-agent': 'latchkey',
      'accept-encoding': 'identity',
      ...Object.fromEntries(request.headers),
    },
    body,
    signal: signal ?? null,
  });
  const received = Buffer.from(await answer.body.arrayBuffer());
  if (answer.statusCode >= 300 && answer.statusCode < 400 && answer.statusCode !== 304) {
    throw new OutboundError('redirect', url.origin, true);
  }
  try {
    return await toResponse(answer, received, maxSize);
  } catch (cause) {
    throw new OutboundError(
      cause instanceof DecodedTooLargeError ? 'too_large' : 'unreadable',
      url.origin,
      true,
      cause,
    );
  }
}

async function toResponse(
  answer: Dispatcher.ResponseData,
  received: Buffer<ArrayBuffer>,
  maxSize: number,
): Promise<Response> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const item of [value].flat()) headers.append(name, item ?? '');
  }
  const coding = headers.get('content-encoding')?.toLowerCase() ?? '';
  headers.delete('content-encoding');
  headers.delete('content-length');
  const body = nullBodyStatuses.has(answer.statusCode) ? null : await decodedBody(received, coding, maxSize);
  return new Response(body, { status: answer.statusCode, statusText: answer.statusText, headers });
}
