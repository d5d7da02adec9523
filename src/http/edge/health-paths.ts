import type { FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.ts';

const HEALTH_PATHS = ['/livez', '/readyz'];

/** Whether a request asks how this process is: it comes from inside, as often as it likes, and names no host of ours. */
export function isHealthCheck({ url }: Pick<FastifyRequest, 'url'>, { basePath }: Config): boolean {
  const [path] = url.split('?');
  return HEALTH_PATHS.some(health => path === basePath + health);
}
