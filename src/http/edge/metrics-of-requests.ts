import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Metrics } from '../../observability/metrics/metrics.ts';

/** Measures every request that the router can read, by its route's pattern: paths would make unlimited labels. */
export function addRequestMetrics(server: FastifyInstance, metrics: Metrics): void {
  const measure = (request: FastifyRequest, reply: FastifyReply, status: number | undefined): void => {
    const { method, routeOptions } = request;
    metrics.http.requestEnded({
      route: routeOptions.url ?? 'unknown',
      method,
      status,
      seconds: reply.elapsedTime / 1000,
    });
  };
  server.addHook('onResponse', (request, reply, done) => {
    measure(request, reply, reply.statusCode);
    done();
  });
  // Fastify calls no onResponse for a caller that left.
  server.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) measure(request, reply, undefined);
    });
    done();
  });
}
