import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorFormOf } from '../../http/errors/error-form.ts';
import type { NativeAppCache } from '../registry/native-app.cache.ts';

/** The response headers that a page may read. */
const EXPOSED = ['dpop-nonce', 'latchkey-key-id', 'retry-after', 'www-authenticate'];

const PREFLIGHT_SECONDS = '600';

/** Lets pages of an origin read the response (Fetch, section 3.3), without the browser's credentials. */
export function allowOrigin(reply: FastifyReply, origin: string): void {
  void reply.headers({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED.join(', '),
    vary: 'Origin',
  });
}

/** Allows the preflight of an origin that may call, with the headers that it requests. */
export function allowPreflight(reply: FastifyReply, origin: string, askedHeaders: string | undefined): void {
  allowOrigin(reply, origin);
  void reply.headers({
    'access-control-allow-methods': 'POST',
    'access-control-max-age': PREFLIGHT_SECONDS,
    ...(askedHeaders !== undefined && { 'access-control-allow-headers': askedHeaders }),
  });
}

/**
 * Lets pages read that they must retry later. The app is not identified yet then, so the pages of any app may read it.
 * Without it, a page sees a network error, which does not say when to retry.
 */
export function addRefusalCors(server: FastifyInstance, apps: NativeAppCache): void {
  server.addHook('onSend', async (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined || !isEarlyRefusal(request, reply)) return;
    // If the database fails, the refusal is sent without these headers.
    if (await apps.hasOrigin(origin).catch(() => false)) allowOrigin(reply, origin);
  });
}

/** Returns whether this is a 429 that was sent before the app was identified and its origins were checked. */
function isEarlyRefusal(request: FastifyRequest, reply: FastifyReply): boolean {
  const isTooMany = reply.statusCode === 429 && request.method === 'POST' && errorFormOf(request) === 'oauth';
  return isTooMany && !reply.hasHeader('access-control-allow-origin');
}
