import type { FastifyInstance } from 'fastify';
import { BrokerError } from '../../errors/broker-error.ts';

/** Answers 405 with `Allow` if the path is known and the method is not (RFC 9110 section 15.5.6). */
export function addMethodRule(server: FastifyInstance): void {
  const routes = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    routes.set(url, new Set([...(routes.get(url) ?? []), method].flat()));
  });
  server.addHook('onRequest', (request, reply, done) => {
    const [path = ''] = request.url.split('?');
    const route = request.is404 ? [...routes.keys()].find(url => isPathOf(url, path)) : undefined;
    if (route === undefined) {
      done();
      return;
    }
    const allowed = [...(routes.get(route) ?? [])].sort().join(', ');
    reply.header('allow', allowed);
    done(new BrokerError('MethodNotAllowed', `This route accepts ${allowed}.`));
  });
}

/** @param url a route's path, whose parameters are whole segments: `/xrpc/:nsid` */
function isPathOf(url: string, path: string): boolean {
  const expected = url.split('/');
  const segments = path.split('/');
  if (expected.length !== segments.length) return false;
  return expected.every((name, index) =>
    name.startsWith(':') ? segments[index] !== '' : name === segments[index],
  );
}
