import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { codeOf } from '../../errors/code-of.ts';

type Decode = (body: Buffer, limits: { maxOutputLength: number }) => Promise<Uint8Array<ArrayBuffer>>;

const decoders: Partial<Record<string, Decode>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/** A decompressed body exceeds its limit. */
export class DecodedTooLargeError extends Error {}

/**
 * Reverses a response's content coding (RFC 9110 section 8.4).
 *
 * The broker requests no coding. A server that compresses anyway may send the only copy of a refreshed token, so the
 * response is read.
 *
 * @param maxLength limit of the decompressed body in bytes
 * @throws DecodedTooLargeError, or the error of zlib for a broken body
 */
export async function decodedBody(
  body: Buffer<ArrayBuffer>,
  coding: string,
  maxLength: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (coding === '' || coding === 'identity') return body;
  const decode = decoders[coding];
  if (decode === undefined) throw new Error(`Unknown content coding ${JSON.stringify(coding)}`);
  try {
    return await decode(body, { maxOutputLength: maxLength });
  } catch (cause) {
    if (codeOf(cause) === 'ERR_BUFFER_TOO_LARGE')
      throw new DecodedTooLargeError('The decompressed body is too long', { cause });
    throw cause;
  }
}
