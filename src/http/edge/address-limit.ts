import type { FastifyInstance } from 'fastify';
import ipaddr from 'ipaddr.js';
import type { Config } from '../../config/config.ts';
import { isHealthCheck } from './health-paths.ts';
import { createRateLimit } from './rate-limit.ts';

/** Limits what one address asks, whoever it says to be; health checks are free. */
export function addAddressLimit(server: FastifyInstance, config: Config): void {
  const limit = createRateLimit(config.limits.perAddress);
  if (!limit) return;
  server.addHook('onRequest', async (request, reply) => {
    if (!isHealthCheck(request, config)) await limit.count(networkOf(request.ip), reply);
  });
}

/** The part of an address that its holder cannot choose: of IPv6, whose holders have a whole /64, the first half. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const ip = ipaddr.process(address);
  if (ip.kind() === 'ipv4') return ip.toString();
  return Buffer.from(ip.toByteArray().slice(0, 8)).toString('hex');
}
