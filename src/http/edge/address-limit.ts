import type { FastifyInstance } from 'fastify';
import ipaddr from 'ipaddr.js';
import type { Config } from '../../config/config.ts';
import { isHealthCheck } from './health-paths.ts';
import { createRateLimit } from './rate-limit.ts';

/** Limits the requests of one address, whatever credential they carry. Health checks do not count. */
export function addAddressLimit(server: FastifyInstance, config: Config): void {
  const limit = createRateLimit(config.limits.perAddress);
  if (!limit) return;
  server.addHook('onRequest', async (request, reply) => {
    if (!isHealthCheck(request, config)) await limit.count(networkOf(request.ip), reply);
  });
}

/** Returns the part of an address that its holder cannot choose: the first half of IPv6, where each has a whole /64. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const ip = ipaddr.process(address);
  if (ip.kind() === 'ipv4') return ip.toString();
  return Buffer.from(ip.toByteArray().slice(0, 8)).toString('hex');
}
