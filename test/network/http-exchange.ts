import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export type Exchange = {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  signal?: AbortSignal;
};

const bodyless = new Set([204, 205, 304]);

/**
 * Sends one HTTP request over node:http, without following redirects.
 *
 * Unlike `fetch` it sends every header as given, `Host`, `Origin` and `Sec-Fetch-*` among them.
 */
export async function exchange(url: URL, options: Exchange = {}): Promise<Response> {
  const { method = 'GET', headers = {}, body, signal } = options;
  const outgoing = request(url, { method, headers, agent: false, ...(signal && { signal }) });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const content = await buffer(incoming);
  const status = incoming.statusCode ?? 0;
  return new Response(bodyless.has(status) ? null : new Uint8Array(content), {
    status,
    headers: headerPairs(incoming.rawHeaders),
  });
}

function headerPairs(raw: string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : []));
}
