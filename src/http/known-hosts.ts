import { isIP } from 'node:net';
import type { Config } from '../config/config.ts';

/**
 * Returns the values of `Host` this broker answers to: its public host, and the address it listens on, which no
 * other site's name can become (a DNS rebinding attack keeps its own name in `Host`).
 */
export function knownHosts(config: Pick<Config, 'publicUrl' | 'listen'>): ReadonlySet<string> {
  const { host, port } = config.listen;
  const address = isIP(host) === 6 ? `[${host}]` : host;
  return new Set([config.publicUrl.host, `${address}:${port}`]);
}
