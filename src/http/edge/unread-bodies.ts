import type { FastifyInstance } from 'fastify';

const MOST_BYTES_READ = 64 * 1024 * 1024;

/** A caller that sends nothing for so long waits for its answer. */
const QUIET_MS = 2_000;

/**
 * Lets a caller whose connection ends with its answer finish sending first, up to a limit and while it goes on
 * sending: one that is cut off meanwhile may never see the answer (RFC 9112 section 9.6).
 */
export function addUnreadBodyRule(server: FastifyInstance): void {
  server.addHook('onSend', ({ raw }, reply, _payload, done) => {
    const ends = raw.headers.connection === 'close' || reply.hasHeader('connection');
    if (raw.complete || !ends) {
      done();
      return;
    }
    let bytes = 0;
    const count = ({ length }: Buffer): void => {
      bytes += length;
      quiet.refresh();
      if (bytes > MOST_BYTES_READ) finish();
    };
    const finish = (): void => {
      clearTimeout(quiet);
      raw.off('data', count).off('end', finish).off('close', finish);
      done();
    };
    const quiet = setTimeout(finish, QUIET_MS);
    // Whoever reads the body at this moment goes on reading: a listener more changes nothing for it.
    raw.on('data', count).on('end', finish).on('close', finish);
  });
}
