import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { addAddressLimit } from './address-limit.ts';
import { BODY_PACE } from './body-pace.ts';
import { addBodyPaceRule } from './body-pace-rule.ts';
import { registerBodyParser } from './body-parser.ts';
import { addClosingLimit } from './closing-limit.ts';
import { addConnectionLimits } from './connection-limits.ts';
import { answerUnreadableRequest, answerUnroutableRequest } from '../errors/early-errors.ts';
import { addErrorForms } from '../errors/error-form.ts';
import { addErrorPage } from '../errors/error-page.ts';
import { isHealthCheck } from './health-paths.ts';
import { knownHosts, targetHost } from '../origins/known-hosts.ts';
import { allowListedOrigin } from '../origins/exposed-headers.ts';
import { addMethodRule } from './method-rule.ts';
import { SECURITY_HEADERS } from '../origins/security-headers.ts';
import { addUnreadBodyRule } from './unread-bodies.ts';

/**
 * Creates the HTTP server with everything that applies before a route: see the hooks below, in their order.
 *
 * @param pace of the bodies of requests
 */
export async function createServer(config: Config, pace = BODY_PACE): Promise<FastifyAdapter> {
  const adapter = new FastifyAdapter({
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    genReqId: () => randomUUID(),
    exposeHeadRoutes: true,
    return503OnClosing: false, // addClosingRule does it, in the form of all errors of the broker.
    forceCloseConnections: 'idle',
    routerOptions: { caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 512 },
    rewriteUrl: ({ url = '/' }) => withoutHomeSlash(url, config.basePath),
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      allowListedOrigin(request, reply, config.allowedOrigins);
      answerUnroutableRequest(error, request, reply);
    },
    clientErrorHandler: answerUnreadableRequest,
  });
  const server = adapter.getInstance<FastifyInstance>();
  addErrorForms(server);
  addErrorPage(server);
  registerBodyParser(server);
  await server.register(cookie);
  addConnectionLimits(server.server, config);
  addDefaultHeaders(server);
  addBodyPaceRule(server, pace);
  addClosingRule(server);
  addClosingLimit(server);
  addUnreadBodyRule(server);
  addHostRule(server, config);
  addAddressLimit(server, config);
  addMethodRule(server);
  return adapter;
}

/** Lets the page at the base path be found with a trailing slash too: the router knows only one of the two. */
function withoutHomeSlash(url: string, basePath: string): string {
  const home = `${basePath}/`;
  const isHome = basePath !== '' && (url === home || url.startsWith(`${home}?`));
  return isHome ? basePath + url.slice(home.length) : url;
}

/** A response that does not say otherwise is for its caller alone, and not to be stored. */
function addDefaultHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers({
      ...SECURITY_HEADERS,
      'cache-control': 'no-store',
      'latchkey-request-id': request.id,
    });
    done();
  });
}

function addClosingRule(server: FastifyInstance): void {
  let closing = false;
  server.addHook('preClose', done => {
    closing = true;
    done();
  });
  server.addHook('onRequest', (_request, _reply, done) => {
    if (closing) done(new BrokerError('ShuttingDown', 'This server is shutting down. Please try again.'));
    else done();
  });
}

function addHostRule(server: FastifyInstance, config: Config): void {
  const hosts = knownHosts(config);
  server.addHook('onRequest', (request, _reply, done) => {
    // RFC 9112 section 3.2. A proxy may have decided by the other one.
    if ((request.raw.headersDistinct.host?.length ?? 0) > 1)
      done(new BrokerError('InvalidRequest', 'The request has more than one Host header. Send one.'));
    else if (hosts.has(targetHost(request)) || isHealthCheck(request, config)) done();
    else done(new BrokerError('MisdirectedRequest', 'This server does not answer for that host.'));
  });
}
