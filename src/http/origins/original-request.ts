import { type IncomingHttpHeaders, METHODS } from 'node:http';
import { BrokerError } from '../../errors/broker-error.ts';
import { isReading } from './browser-rule.ts';

/** Headers with the method of the original request: Caddy and Traefik send the first, nginx as configured. */
const METHOD_HEADERS = ['x-forwarded-method', 'x-original-method'];

/**
 * Whether the request that a reverse proxy asks about only reads. A GET that opens a WebSocket does not: it may change
 * anything afterwards.
 *
 * @throws BrokerError `InvalidRequest` if the proxy sends no method, or two
 */
export function isOriginalReading(headers: IncomingHttpHeaders): boolean {
  return isReading(originalMethodOf(headers)) && !opensWebSocket(headers);
}

function originalMethodOf(headers: IncomingHttpHeaders): string {
  const told = new Set(METHOD_HEADERS.flatMap(name => headers[name] ?? []));
  const [method = ''] = told;
  // Never guess: if a POST counted as a GET, a change from another site would pass.
  if (told.size === 1 && METHODS.includes(method)) return method;
  throw new BrokerError(
    'InvalidRequest',
    'The proxy must send the original method once, in X-Forwarded-Method or X-Original-Method, such as POST.',
  );
}

/** RFC 6455 section 4.1. No page can set these headers, and proxies that drop Upgrade still forward them. */
function opensWebSocket(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-mode'] === 'websocket' || 'sec-websocket-key' in headers;
}
