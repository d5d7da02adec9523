import type { FastifyRequest } from 'fastify';

/** Whether a request is for `/xrpc`, where a caller must be able to tell the broker's own errors from the PDS's. */
export function isProxied({ url }: Pick<FastifyRequest, 'url'>): boolean {
  return /^[^?]*\/xrpc\//.test(url);
}
