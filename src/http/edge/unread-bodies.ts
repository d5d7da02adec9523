import type { FastifyInstance } from 'fastify';

const MOST_BYTES_READ = 64 * 1024 * 1024;

/** A caller that sends nothing for this long is waiting for the response. */
const QUIET_MS = 2_000;

/** A caller whose body was too slow already had its time. */
const REQUEST_TIMEOUT = 408;

/**
 * Lets a caller finish sending before a response that closes the connection, up to a limit and while it keeps sending.
 * A caller that is cut off while it sends may never see the response (RFC 9112 section 9.6).
 */
export function addUnreadBodyRule(server: FastifyInstance): void {
  server.addHook('onSend', ({ raw }, reply, _payload, done) => {
    const ends = raw.headers.connection === 'close' || reply.hasHeader('connection');
    if (raw.complete || !ends || reply.statusCode === REQUEST_TIMEOUT) {
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
    // Another reader of the body is not disturbed by one more listener.
    raw.on('data', count).on('end', finish).on('close', finish);
  });
}
