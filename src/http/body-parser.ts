import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BrokerError } from '../errors/broker-error.ts';

/** A route with this configuration gets its body as the bytes that were sent, up to `maxBodyBytes`. */
export type RawBodyConfig = { readonly rawBody: true; readonly maxBodyBytes: number };

const MAX_PARSED_BODY_BYTES = 64 * 1024;

/** So much of a body that is too large is read and forgotten: a caller that is cut off would not see our answer. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

/** Registers the one body parser: JSON and forms as objects, or bytes where the route asks for them. */
export function registerBodyParser(server: FastifyInstance): void {
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) => {
    const route = request.routeOptions.config as Partial<RawBodyConfig>;
    if (route.rawBody) return readAll(payload, route.maxBodyBytes ?? 0);
    const text = (await readAll(payload, MAX_PARSED_BODY_BYTES)).toString('utf8');
    switch (mediaTypeOf(request)) {
      case 'application/json':
        return new Promise((resolve, reject) => {
          void parseJson(request, text, (error, value) => {
            if (error)
              reject(new BrokerError('InvalidRequest', 'The body is not valid JSON.', { cause: error }));
            else resolve(value);
          });
        });
      case 'application/x-www-form-urlencoded':
        return parseForm(text);
      default:
        throw new BrokerError('UnsupportedMediaType', 'Send JSON or a form.');
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
    throw new BrokerError('InvalidRequest', 'A field of the form was sent twice.');
  }
  return Object.fromEntries(fields);
}

async function readAll(payload: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
    if (bytes > maxBytes + MAX_DISCARDED_BYTES) break;
  }
  if (bytes <= maxBytes) return Buffer.concat(chunks);
  throw new BrokerError('PayloadTooLarge', `The body is larger than the ${maxBytes} bytes accepted here.`);
}
