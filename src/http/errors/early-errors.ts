import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BrokerError } from '../../errors/broker-error.ts';
import { errorFormOf } from './error-form.ts';
import { toErrorResponse } from './error-response.ts';
import { toOAuthErrorResponse } from './oauth-error.ts';
import { SECURITY_HEADERS } from '../origins/security-headers.ts';
import { toBrokerError } from './to-broker-error.ts';

/** Answers a request whose URL the router cannot parse. No hook and no filter has run. */
export function answerUnroutableRequest(thrown: Error, request: FastifyRequest, reply: FastifyReply): void {
  const error = toBrokerError(thrown);
  const form = errorFormOf(request);
  const { status, headers, body } = form === 'oauth' ? toOAuthErrorResponse(error) : toErrorResponse(error);
  if (form === 'marked') reply.header('latchkey-error', error.code);
  void reply
    .code(status)
    .headers({ ...SECURITY_HEADERS, ...headers })
    .send(body);
}

/** Answers bytes that are not HTTP and closes the connection (RFC 9112 section 9.6). */
export function answerUnreadableRequest(_error: Error, socket: Socket): void {
  if (socket.destroyed || !socket.writable) return;
  const { headers, body } = toErrorResponse(
    new BrokerError('InvalidRequest', 'This is not an HTTP request.'),
  );
  const content = JSON.stringify(body);
  const fields = Object.entries({
    ...SECURITY_HEADERS,
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(content)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 400 Bad Request\r\n${fields.join('')}\r\n${content}`);
}
