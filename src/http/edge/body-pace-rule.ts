import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BrokerError } from '../../errors/broker-error.ts';
import { sendError } from '../errors/send-error.ts';
import { BodyPace, type PaceLimits } from './body-pace.ts';
import { hasBody } from './uploaded-body.ts';

type Upload = {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly pace: BodyPace;
  /** Whether the response was begun. It may still wait for the rest of the body. */
  isAnswered: boolean;
};

/** Ends every request whose body does not keep moving, whatever its route does with it: with 408 if that can be sent. */
export function addBodyPaceRule(server: FastifyInstance, limits: PaceLimits): void {
  const uploads = new Map<FastifyRequest, Upload>();
  server.addHook('onRequest', (request, reply, done) => {
    const { raw } = request;
    if (hasBody(raw)) {
      const pace = new BodyPace(limits, raw.socket.bytesRead);
      uploads.set(request, { request, reply, pace, isAnswered: false });
      raw.once('close', () => uploads.delete(request));
    }
    done();
  });
  server.addHook('onSend', (request, _reply, _payload, done) => {
    const upload = uploads.get(request);
    if (upload) upload.isAnswered = true;
    done();
  });
  const timer = setInterval(() => {
    for (const [request, upload] of uploads) if (isOver(upload)) uploads.delete(request);
  }, limits.tickMs).unref();
  server.addHook('onClose', (_server, done) => {
    clearInterval(timer);
    done();
  });
}

/** Returns whether an upload needs no further look: it has ended, or was too slow and is ended now. */
function isOver({ request, reply, pace, isAnswered }: Upload): boolean {
  const { raw } = request;
  if (raw.complete || raw.destroyed) return true;
  if (!pace.isTooSlow(raw.socket.bytesRead, isAwaited(raw))) return false;
  if (isAnswered || reply.sent) {
    raw.destroy();
    return true;
  }
  const message = 'The body of the request comes too slowly. Send it without long pauses.';
  sendError(new BrokerError('RequestTimeout', message), request, reply.header('connection', 'close'));
  return true;
}

/** A full buffer stops the socket: the broker, or the server behind it, is the slow one. */
function isAwaited({ readableLength, readableHighWaterMark }: IncomingMessage): boolean {
  return readableLength < readableHighWaterMark;
}
