import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';

const MIB = 1024 * 1024;

/** The largest body that is kept until its request is answered, so that it can be sent again. */
export const REPLAY_WINDOW_BYTES = 8 * MIB;

/** What all kept bodies may take together; beyond it bodies are streamed, as the large ones are. */
const MOST_BYTES_KEPT = 256 * MIB;

/** A body on its way here. `length` is in bytes, where the sender told it. */
export type BodyStream = { readonly stream: Readable; readonly length: number | undefined };

/** Keeps the bodies of requests under way in memory, as far as they fit. */
@Injectable()
export class ReplayWindow {
  private reserved = 0;

  /**
   * Runs `use` with a body: whole when it fits the window, else as a stream that can be sent once.
   *
   * What is left of a stream when it has been used is read and forgotten: the connection that it comes from is to
   * carry the answer yet.
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
