import cookie from '@fastify/cookie';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { registerBodyParser } from './body-parser.ts';
import { knownHosts } from './known-hosts.ts';

/** What every answer carries; a page replaces the policy by its own. Nothing served here is a document by default. */
const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

const HEALTH_PATHS = ['/livez', '/readyz'];

/** Makes the HTTP server: proxies that are trusted, host rule, security headers, cookies and body parsing. */
export async function createServer(config: Config): Promise<FastifyAdapter> {
  const adapter = new FastifyAdapter({
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    exposeHeadRoutes: false,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    routerOptions: { caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 512 },
  });
  const server = adapter.getInstance<FastifyInstance>();
  registerBodyParser(server);
  await server.register(cookie);
  addSecurityHeaders(server);
  addHostRule(server, config);
  return adapter;
}

function addSecurityHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(SECURITY_HEADERS);
    done();
  });
}

function addHostRule(server: FastifyInstance, config: Config): void {
  const hosts = knownHosts(config);
  const health = HEALTH_PATHS.map(path => config.basePath + path);
  server.addHook('onRequest', (request, _reply, done) => {
    // A health check comes from inside and names the machine, not the service.
    if (hosts.has(request.host) || health.includes(request.url)) done();
    else done(new BrokerError('MisdirectedRequest', 'This server does not answer for that host.'));
  });
}
