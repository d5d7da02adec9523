import type { FastifyInstance } from 'fastify';
import { principalOf } from '../../access/caller.decorator.ts';
import { outcomeOf } from './key-usage.ts';
import type { KeyUsage } from './key-usage.service.ts';

/** Counts every request whose credential is a valid key, or the token of its password session, when it ends. */
export function countKeyCalls(server: FastifyInstance, keyUsage: KeyUsage): void {
  server.addHook('onRequest', (request, { raw }, done) => {
    // Not onResponse, which Fastify does not call for a caller that left.
    raw.once('close', () => {
      const principal = principalOf(request);
      if (principal.kind !== 'api-key') return;
      keyUsage.count(principal.apiKeyId, outcomeOf(raw.writableFinished ? raw.statusCode : undefined));
    });
    done();
  });
}
