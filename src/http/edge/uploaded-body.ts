import type { IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { BrokerError } from '../../errors/broker-error.ts';

/** A body as it arrives. `length` is in bytes, if the caller sent Content-Length. */
export type UploadedBody = { readonly stream: Readable; readonly length: number | undefined };

/** Returns whether a request has a body, perhaps an empty one (RFC 9112 section 6). */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/**
 * Returns the body of a request as a stream, which fails with a BrokerError `PayloadTooLarge` beyond `limit` bytes.
 *
 * @throws that error at once if the caller announces a larger body
 */
export function uploadedBody(request: IncomingMessage, limit: number): UploadedBody {
  const announced = request.headers['content-length'];
  if (announced === undefined) return { stream: limited(request, limit), length: undefined };
  const length = Number(announced);
  if (length <= limit) return { stream: request, length };
  throw tooLarge(limit);
}

/** Discards a body that will not be read, so that the rest of it does not block the connection. */
export function abandonBody({ stream }: UploadedBody, request: IncomingMessage): void {
  if (stream !== request) stream.destroy();
}

/**
 * Reads a whole body of up to `limit` bytes.
 *
 * @throws BrokerError `PayloadTooLarge`
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of uploadedBody(request, limit).stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function limited(source: Readable, limit: number): Readable {
  let bytes = 0;
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      if (bytes <= limit) done(null, chunk);
      else done(tooLarge(limit));
    },
  });
  source.once('error', error => counted.destroy(error));
  // Too large or abandoned: the rest is read and dropped.
  counted.once('close', () => {
    source.unpipe(counted);
    source.resume();
  });
  return source.pipe(counted);
}

function tooLarge(limit: number): BrokerError {
  return new BrokerError(
    'PayloadTooLarge',
    `The body is larger than ${limit} bytes, the limit here. Send a smaller one.`,
  );
}
