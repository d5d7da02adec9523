import type { FastifyReply } from 'fastify';

/** What a page may read of an answer besides its body. */
const EXPOSED = ['dpop-nonce', 'latchkey-key-id', 'retry-after', 'www-authenticate'];

const PREFLIGHT_SECONDS = '600';

/** Lets pages of an origin read the answer (Fetch, section 3.3); no credentials of the browser's own are taken. */
export function allowOrigin(reply: FastifyReply, origin: string): void {
  void reply.headers({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED.join(', '),
    vary: 'Origin',
  });
}

/** Answers a preflight of an origin that may call, with the headers that it asks to send. */
export function allowPreflight(reply: FastifyReply, origin: string, askedHeaders: string | undefined): void {
  allowOrigin(reply, origin);
  void reply.headers({
    'access-control-allow-methods': 'POST',
    'access-control-max-age': PREFLIGHT_SECONDS,
    ...(askedHeaders !== undefined && { 'access-control-allow-headers': askedHeaders }),
  });
}
