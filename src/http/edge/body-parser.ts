import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BrokerError } from '../../errors/broker-error.ts';
import { requireFlat } from './flat-body.ts';
import { readBody } from './uploaded-body.ts';

/** The configuration of a route that reads its body itself. */
export type OwnBodyConfig = { readonly ownBody: true };

/** The configuration of a route whose body is a flat object of strings, in JSON as in a form. */
export type FlatBodyConfig = { readonly flatBody: true };

const MAX_PARSED_BODY_BYTES = 64 * 1024;

/** Registers the one body parser. It parses JSON and forms, and leaves the body to routes that read it themselves. */
export function registerBodyParser(server: FastifyInstance): void {
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    const route = request.routeOptions.config as Partial<OwnBodyConfig & FlatBodyConfig>;
    if (route.ownBody) return undefined;
    const text = (await readBody(payload, MAX_PARSED_BODY_BYTES)).toString('utf8');
    switch (mediaTypeOf(request)) {
      case 'application/json':
        return new Promise((resolve, reject) => {
          void parseJson(request, text, (error, value) => {
            if (error)
              reject(new BrokerError('InvalidRequest', 'The body is not valid JSON.', { cause: error }));
            else resolve(value);
          });
        }).then(value => {
          if (route.flatBody) requireFlat(value, text);
          return value;
        });
      case 'application/x-www-form-urlencoded':
        return parseForm(text);
      default:
        throw new BrokerError(
          'UnsupportedMediaType',
          'Send JSON (application/json) or a form (application/x-www-form-urlencoded).',
        );
    }
  });
}

function mediaTypeOf(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function parseForm(text: string): Record<string, string> {
  const fields = new URLSearchParams(text);
  const names = [...fields.keys()];
  if (new Set(names).size !== names.length) {
    throw new BrokerError('InvalidRequest', 'A field of the form was sent twice. Send each only once.');
  }
  return Object.fromEntries(fields);
}
