import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BrokerError } from '../../errors/broker-error.ts';
import { SECURITY_HEADERS } from '../origins/security-headers.ts';
import { findErrorPage } from './error-page.ts';
import { toErrorResponse } from './error-response.ts';
import { sendError } from './send-error.ts';
import { toBrokerError } from './to-broker-error.ts';

/** The code of Node's error for a request whose headers do not arrive in time. */
const SLOW_HEADERS = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Answers a request whose URL the router cannot parse, browsers with a page. No hook and no filter has run. */
export function answerUnroutableRequest(thrown: Error, request: FastifyRequest, reply: FastifyReply): void {
  const error = toBrokerError(thrown);
  // No rule watches the pace of a body that may follow.
  reply.header('connection', 'close');
  const page = findErrorPage(request);
  if (!page) {
    sendError(error, request, reply);
    return;
  }
  const { status, headers } = toErrorResponse(error);
  page(error.code, reply.code(status).headers({ ...SECURITY_HEADERS, ...headers }));
}

/** Answers bytes that are not HTTP, or that come too slowly, and closes the connection. */
export function answerUnreadableRequest(error: Error & { code?: string }, socket: Socket): void {
  endWithError(
    socket,
    error.code === SLOW_HEADERS
      ? new BrokerError('RequestTimeout', 'The headers of the request did not arrive in time.')
      : new BrokerError('InvalidRequest', 'This is not an HTTP request.'),
  );
}

/** Sends an error over a connection without a request, and closes it (RFC 9112 section 9.6). */
export function endWithError(socket: Socket, error: BrokerError): void {
  if (socket.destroyed || !socket.writable) return;
  const { status, headers, body } = toErrorResponse(error);
  const content = JSON.stringify(body);
  const fields = Object.entries({
    ...SECURITY_HEADERS,
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(content)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join('')}\r\n${content}`);
  socket.destroySoon();
}
