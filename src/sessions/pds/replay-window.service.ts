import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';

const MIB = 1024 * 1024;

/** The largest body that is kept until its request is answered, in bytes, so that it can be sent again. */
export const REPLAY_WINDOW_BYTES = 8 * MIB;

/** The limit for all kept bodies together, in bytes. Beyond it every body is streamed. */
const MOST_BYTES_KEPT = 256 * MIB;

/** A body that is still arriving. `length` is in bytes, if the sender declared it. */
export type BodyStream = { readonly stream: Readable; readonly length: number | undefined };

/** Keeps the bodies of running requests in memory, as far as they fit. */
@Injectable()
export class ReplayWindow {
  private reserved = 0;

  /**
   * Runs `use` with a body: a buffer if it fits the window, else a stream that can be sent once.
   *
   * The rest of a stream that `use` did not read is read and discarded: its connection still has to carry the response.
   */
  async withBody<Result>(
    body: BodyStream,
    use: (body: Buffer | BodyStream) => Promise<Result>,
  ): Promise<Result> {
    const room = Math.min(REPLAY_WINDOW_BYTES, MOST_BYTES_KEPT - this.reserved);
    const needed = body.length ?? REPLAY_WINDOW_BYTES;
    if (needed > room) return use({ ...body, stream: chain([], body.stream) });
    this.reserved += needed;
    try {
      return await use(await keep(body, needed));
    } finally {
      this.reserved -= needed;
    }
  }
}

async function keep({ stream, length }: BodyStream, room: number): Promise<Buffer | BodyStream> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(stream)) {
    kept.push(chunk);
    bytes += chunk.length;
    if (bytes > room) return { stream: chain(kept, stream), length };
  }
  return kept.length === 1 && kept[0] ? kept[0] : Buffer.concat(kept, bytes);
}

function chain(first: readonly Buffer[], rest: Readable): Readable {
  const all = async function* (): AsyncGenerator<Buffer, void> {
    yield* first;
    yield* chunksOf(rest);
  };
  return Readable.from(all(), { objectMode: false }).once('close', () => rest.resume());
}

function chunksOf(stream: Readable): AsyncIterable<Buffer> {
  return stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}
