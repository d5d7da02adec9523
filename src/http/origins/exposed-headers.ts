import type { FastifyReply, FastifyRequest } from 'fastify';

const EXPOSE = 'access-control-expose-headers';

/** The headers of the broker's own that pages of a listed origin may read (Fetch section 3.3). */
export const EXPOSED_HEADERS: readonly string[] = [
  'latchkey-error',
  'latchkey-request-id',
  'retry-after',
  'ratelimit-limit',
  'ratelimit-policy',
  'ratelimit-remaining',
  'ratelimit-reset',
];

/** Lets pages of a listed origin read further headers of a response. Does nothing for other origins. */
export function exposeToPages(reply: FastifyReply, names: readonly string[]): void {
  const exposed = reply.getHeader(EXPOSE)?.toString();
  if (exposed === undefined) return;
  // A wildcard would expose nothing: these responses are for requests with credentials.
  reply.header(EXPOSE, [...new Set([...exposed.split(', '), ...names])].join(', '));
}

/** Lets pages of a listed origin read a response to a request that no hook has seen. */
export function allowListedOrigin(
  { headers: { origin } }: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
  origins: readonly string[],
): void {
  if (origin === undefined || !origins.includes(origin)) return;
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    [EXPOSE]: EXPOSED_HEADERS.join(', '),
    vary: 'Origin',
  });
}
