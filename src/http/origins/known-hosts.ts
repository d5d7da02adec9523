import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.ts';

/**
 * Returns the values of `Host` this broker answers to: its public host, and the address it listens on, which no
 * other site's name can become (a DNS rebinding attack keeps its own name in `Host`). The public host counts with
 * its port spelled out too.
 */
export function knownHosts(config: Pick<Config, 'publicUrl' | 'listen'>): ReadonlySet<string> {
  const { publicUrl, listen } = config;
  const address = isIP(listen.host) === 6 ? `[${listen.host}]` : listen.host;
  const port = publicUrl.port || (publicUrl.protocol === 'https:' ? '443' : '80');
  return new Set([publicUrl.host, `${publicUrl.hostname}:${port}`, `${address}:${listen.port}`]);
}

/** Returns the host that a request is for; one in the request line counts before `Host` (RFC 9112 section 3.2.2). */
export function targetHost({ url, host }: Pick<FastifyRequest, 'url' | 'host'>): string {
  return (url.startsWith('/') ? host : (URL.parse(url)?.host ?? host)).toLowerCase();
}
