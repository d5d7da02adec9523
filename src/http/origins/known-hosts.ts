import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.ts';

/**
 * Returns the values of `Host` that this broker accepts: its public host, with and without the port, and the address
 * that it listens on. The latter is safe: a DNS rebinding attack keeps the attacker's name in `Host`.
 */
export function knownHosts(config: Pick<Config, 'publicUrl' | 'listen'>): ReadonlySet<string> {
  const { publicUrl, listen } = config;
  const address = isIP(listen.host) === 6 ? `[${listen.host}]` : listen.host;
  const port = publicUrl.port || (publicUrl.protocol === 'https:' ? '443' : '80');
  return new Set([publicUrl.host, `${publicUrl.hostname}:${port}`, `${address}:${listen.port}`]);
}

/** Returns the host of a request. One in the request line wins over `Host` (RFC 9112 section 3.2.2). */
export function targetHost({ url, host }: Pick<FastifyRequest, 'url' | 'host'>): string {
  return (url.startsWith('/') ? host : (URL.parse(url)?.host ?? host)).toLowerCase();
}
