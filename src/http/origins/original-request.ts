import { type IncomingHttpHeaders, METHODS } from 'node:http';
import { BrokerError } from '../../errors/broker-error.ts';
import { isReading } from './browser-rule.ts';

/** Where proxies write the method of the request that they ask about: Caddy and Traefik the first, nginx's users either. */
const METHOD_HEADERS = ['x-forwarded-method', 'x-original-method'];

/**
 * Whether the request that a reverse proxy asks about only reads. One that opens a WebSocket is a GET that changes
 * afterwards whatever it likes.
 *
 * @throws BrokerError `InvalidRequest` when the proxy does not tell its method, or tells two
 */
export function isOriginalReading(headers: IncomingHttpHeaders): boolean {
  return isReading(originalMethodOf(headers)) && !opensWebSocket(headers);
}

function originalMethodOf(headers: IncomingHttpHeaders): string {
  const told = new Set(METHOD_HEADERS.flatMap(name => headers[name] ?? []));
  const [method = ''] = told;
  // Never guessed: taken for a GET, a change from another site would pass.
  if (told.size === 1 && METHODS.includes(method)) return method;
  throw new BrokerError(
    'InvalidRequest',
    'The proxy must tell the method of the request, once and as it was: in X-Forwarded-Method or X-Original-Method.',
  );
}

/** RFC 6455 section 4.1; no page can set these headers, and proxies pass them on where they leave Upgrade out. */
function opensWebSocket(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-mode'] === 'websocket' || 'sec-websocket-key' in headers;
}
