import type { IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { BrokerError } from '../../errors/broker-error.ts';

/** A body as it arrives. `length` is in bytes, where the caller told it. */
export type UploadedBody = { readonly stream: Readable; readonly length: number | undefined };

/**
 * Returns the body of a request as a stream that ends in a BrokerError `PayloadTooLarge` when it turns out to be
 * larger than `limit` bytes.
 *
 * @throws that error at once when the caller announces a larger one
 */
export function uploadedBody(request: IncomingMessage, limit: number): UploadedBody {
  const announced = request.headers['content-length'];
  if (announced === undefined) return { stream: limited(request, limit), length: undefined };
  const length = Number(announced);
  if (length <= limit) return { stream: request, length };
  throw tooLarge(limit);
}

/** Lets go of a body that nobody reads, so that the rest of it does not wait to be read. */
export function abandonBody({ stream }: UploadedBody, request: IncomingMessage): void {
  if (stream !== request) stream.destroy();
}

/** Reads a whole body of up to `limit` bytes; a larger one is a BrokerError `PayloadTooLarge`. */
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
  // Whether it was too large, or nobody wants it: what is still to come passes.
  counted.once('close', () => {
    source.unpipe(counted);
    source.resume();
  });
  return source.pipe(counted);
}

function tooLarge(limit: number): BrokerError {
  return new BrokerError('PayloadTooLarge', `The body is larger than the ${limit} bytes accepted here.`);
}
