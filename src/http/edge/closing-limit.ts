import type { FastifyInstance } from 'fastify';

/** How long running requests may continue after the server closes. Supervisors kill a process after 10 s. */
const CLOSING_MS = 7_000;

/** Closes every connection when the server closes: with its response, or at the latest after the time limit. */
export function addClosingLimit(server: FastifyInstance): void {
  let closing = false;
  server.addHook('preClose', done => {
    closing = true;
    setTimeout(() => {
      server.server.closeAllConnections();
    }, CLOSING_MS).unref();
    done();
  });
  // RFC 9112 section 9.6. A connection that is kept alive would keep the server from ending.
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
}
