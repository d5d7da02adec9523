import type { Dispatcher } from 'undici';
import { runWithin } from '../../waiting/run-within.ts';
import { DecodedTooLargeError, decodedBody } from './decoded-body.ts';
import { assertPermittedUrl, type DestinationRule } from './destination-rule.ts';
import { type Answer, exchange } from './exchange.ts';
import { OutboundError } from './outbound-error.ts';
import type { OutboundPolicy } from './outbound-policy.ts';

export type GuardedExchangeOptions = {
  dispatcher: Dispatcher;
  policy: OutboundPolicy;
  rule: DestinationRule;
};

/** A request that is sent once. */
type SmallRequest = {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string | null;
  /** Ends the exchange at any point. */
  readonly signal?: AbortSignal | undefined;
};

/** A response whose headers have arrived, with what can be known of its body. */
export type WholeAnswer = {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  /** The decoded body, or the bytes that arrived if there is a `problem`. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Why the body is not whole or not decoded. */
  readonly problem: OutboundError | undefined;
};

/** Sends a small request once. Rejects with an OutboundError only if no headers arrive. */
export type Exchange = (url: URL, request: SmallRequest) => Promise<WholeAnswer>;

/**
 * Creates an exchange of small documents on a guarded dispatcher. A redirect is an answer like any other.
 *
 * If the policy has no total time limit, the request's signal has no effect.
 */
export function createGuardedExchange(options: GuardedExchangeOptions): Exchange {
  const { policy, rule } = options;
  const send = createExchange(options);
  return async (url, request) => {
    assertPermittedUrl(url, rule);
    if (policy.totalTimeout === 0) return send(url, { ...request, signal: undefined });
    // undici heeds a signal only once a connection stands, so the waiting itself ends here too.
    const answer = await runWithin(policy.totalTimeout, request.signal, over =>
      send(url, { ...request, signal: over }),
    );
    if (answer) return answer;
    request.signal?.throwIfAborted();
    throw new OutboundError('timeout', url.origin, true);
  };
}

function createExchange({ dispatcher, policy }: GuardedExchangeOptions): Exchange {
  return async (url, { method, headers, body, signal }) => {
    const answer = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: method,
      headers: { 'user-agent': 'latchkey', 'accept-encoding': 'identity', ...headers },
      body,
      signal: signal ?? null,
    });
    const received = await receive(answer.body, url);
    const { statusCode: status, statusText } = answer;
    const { coding, headers: decodedHeaders } = headersOf(answer);
    const head = { status, statusText, headers: decodedHeaders };
    if (received.problem) return { ...head, ...received };
    try {
      const decoded = await decodedBody(received.body, coding, policy.maxResponseSize);
      return { ...head, body: decoded, problem: undefined };
    } catch (cause) {
      const reason = cause instanceof DecodedTooLargeError ? 'too_large' : 'unreadable';
      return { ...head, body: received.body, problem: new OutboundError(reason, url.origin, true, cause) };
    }
  };
}

/** A request without a body, whose response is streamed. */
type StreamRequest = {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the exchange at any point. */
  readonly signal?: AbortSignal | undefined;
};

/** Sends a request once. Resolves when the headers have arrived. A redirect is an answer like any other. */
export type StreamExchange = (url: URL, request: StreamRequest) => Promise<Answer>;

export function createGuardedStream(dispatcher: Dispatcher, rule: DestinationRule): StreamExchange {
  return async (url, { method, headers, signal }) => {
    assertPermittedUrl(url, rule);
    const options = {
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { 'user-agent': 'latchkey', ...headers },
    };
    return exchange(dispatcher, options, signal);
  };
}

type Received = { readonly body: Buffer<ArrayBuffer>; readonly problem: OutboundError | undefined };

/** Reads a body. What arrived before a failure is not thrown away. */
async function receive(body: AsyncIterable<Uint8Array>, url: URL): Promise<Received> {
  const chunks: Uint8Array[] = [];
  let problem: OutboundError | undefined;
  try {
    for await (const chunk of body) chunks.push(chunk);
  } catch (cause) {
    problem = cause instanceof OutboundError ? cause : new OutboundError('network', url.origin, true, cause);
  }
  return { body: Buffer.concat(chunks), problem };
}

/** Returns the headers of the decoded body, and its coding on the way. */
function headersOf(answer: Dispatcher.ResponseData): { headers: Headers; coding: string } {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const item of [value].flat()) headers.append(name, item ?? '');
  }
  const coding = headers.get('content-encoding')?.toLowerCase() ?? '';
  headers.delete('content-encoding');
  headers.delete('content-length');
  return { headers, coding };
}
