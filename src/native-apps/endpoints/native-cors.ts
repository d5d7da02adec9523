import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isOAuthEndpoint } from '../../http/errors/oauth-error.ts';
import type { NativeAppCache } from '../registry/native-app.cache.ts';

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

/**
 * Lets pages read that they are to come again later: by then it is not known for which app they ask, so any app's pages
 * may. What is not readable is a network error to them, which says nothing of when.
 */
export function addRefusalCors(server: FastifyInstance, apps: NativeAppCache): void {
  server.addHook('onSend', async (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined || !isEarlyRefusal(request, reply)) return;
    // The refusal goes out in any case, also when the database does not say whose pages these are.
    if (await apps.hasOrigin(origin).catch(() => false)) allowOrigin(reply, origin);
  });
}

/** Whether there are too many requests, said before the app was found that would have had its origins asked. */
function isEarlyRefusal(request: FastifyRequest, reply: FastifyReply): boolean {
  const isTooMany = reply.statusCode === 429 && request.method === 'POST' && isOAuthEndpoint(request);
  return isTooMany && !reply.hasHeader('access-control-allow-origin');
}
