import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

type Decode = (body: Buffer, limits: { maxOutputLength: number }) => Promise<Uint8Array<ArrayBuffer>>;

const decoders: Partial<Record<string, Decode>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** A body is longer than its limit once it is decompressed. */
export class DecodedTooLargeError extends Error {}

/**
 * Undo a response's content coding (RFC 9110, section 8.4), to at most `maxLength` bytes.
 *
 * The broker asks for no coding at all, but a server that compresses all the same may hold the only copy of a
 * refreshed token, so its answer is read.
 *
 * @throws DecodedTooLargeError, or what zlib throws on a broken body
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
    if (isOutputLimit(cause)) throw new DecodedTooLargeError('The decompressed body is too long', { cause });
    throw cause;
  }
}

const isOutputLimit = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
