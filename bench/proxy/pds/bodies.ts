import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';

const blobChunk = Buffer.alloc(64 * 1024, 'blob');

/** The response to a small query: a profile of about 350 bytes. */
export const profile = JSON.stringify({
  did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa',
  handle: 'bench.test',
  displayName: 'A profile of the usual length',
  description: 'Writes about the sea, the weather and whatever else comes along on a walk to the harbour.',
  followersCount: 1204,
  followsCount: 317,
  postsCount: 5820,
  indexedAt: '2026-03-01T10:00:00.000Z',
  viewer: { muted: false, blockedBy: false },
});

/** Yields bytes in pieces of 64 KiB. */
export function* blobOf(bytes: number): Generator<Buffer, void> {
  for (let left = bytes; left > 0; left -= blobChunk.length) yield blobChunk.subarray(0, left);
}

/** Drains a stream. Returns the number of bytes. */
export async function drain(stream: Readable): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) bytes += chunk.length;
  return bytes;
}

/** The response to a mint, as long as a real one: a JWT with an invalid signature. */
export function serviceTokenFor(path: string): string {
  const { searchParams } = new URL(path, 'http://pds');
  const iat = Math.floor(Date.now() / 1000);
  const exp = Number(searchParams.get('exp') ?? iat + 60);
  const claims = { ...Object.fromEntries(searchParams), iat, iss: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', exp };
  const [header, payload] = [{ typ: 'JWT', alg: 'ES256K' }, claims].map(part =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return JSON.stringify({ token: `${header}.${payload}.${randomBytes(64).toString('base64url')}` });
}
