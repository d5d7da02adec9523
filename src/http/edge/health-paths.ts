import type { FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.ts';

const HEALTH_PATHS = ['/livez', '/readyz'];

/** Whether a request is a health check. These come from inside, at any rate, and need not name a host of the broker. */
export function isHealthCheck({ url }: Pick<FastifyRequest, 'url'>, { basePath }: Config): boolean {
  const [path] = url.split('?');
  return HEALTH_PATHS.some(health => path === basePath + health);
}
