import type { FastifyInstance } from 'fastify';

/** How long requests in hand may go on when the server closes. Supervisors kill what has not ended after 10 s. */
const CLOSING_MS = 7_000;

/** Lets go of every connection when the server closes: with its answer, or at the end of the time for that. */
export function addClosingLimit(server: FastifyInstance): void {
  let closing = false;
  server.addHook('preClose', done => {
    closing = true;
    setTimeout(() => {
      server.server.closeAllConnections();
    }, CLOSING_MS).unref();
    done();
  });
  // RFC 9112 section 9.6. Else a client that keeps its connection alive keeps the server from ending.
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
}
