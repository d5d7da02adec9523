import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { SessionId } from '../../database/tables/id.ts';
import { KeptBytes } from './kept-bytes.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** The largest body that is kept until its request is answered, in bytes, so that it can be sent again. */
export const REPLAY_WINDOW_BYTES = 8 * MIB;

/** The limits of what is kept, in bytes. Beyond them bodies are streamed. */
const LIMITS = {
  ofBody: REPLAY_WINDOW_BYTES,
  /** The bodies of one session together. */
  ofSession: 32 * MIB,
  /** All bodies that are not small together. The rest is for small ones. */
  ofLargeBodies: 224 * MIB,
  ofAllBodies: 256 * MIB,
  smallBody: 64 * KIB,
};

/** A body that is still arriving. `length` is in bytes, if the sender declared it. */
export type BodyStream = { readonly stream: Readable; readonly length: number | undefined };

/** Keeps the bodies of running requests in memory, as far as they fit. */
@Injectable()
export class ReplayWindow {
  private readonly limits = LIMITS;
  private kept = 0;
  private readonly keptOf = new Map<SessionId, number>();

  /**
   * Runs `use` with a body: a buffer if it fits the window, else a stream that can be sent once. Room is reserved as the
   * bytes arrive, so a body that was only announced costs nothing.
   *
   * The rest of a stream that `use` did not read is read and discarded: its connection still has to carry the response.
   */
  async withBody<Result>(
    sessionId: SessionId,
    body: BodyStream,
    use: (body: Buffer | BodyStream) => Promise<Result>,
  ): Promise<Result> {
    const bytes = new KeptBytes();
    if ((body.length ?? 0) > this.limits.ofBody) return use({ ...body, stream: chain(bytes, body.stream) });
    let reserved = 0;
    try {
      const isWhole = await readInto(bytes, body.stream, ({ length }) => {
        if (!this.reserve(sessionId, length, bytes.length + length)) return false;
        reserved += length;
        return true;
      });
      return await use(isWhole ? bytes.toBuffer() : { ...body, stream: chain(bytes, body.stream) });
    } finally {
      this.free(sessionId, reserved);
    }
  }

  /**
   * @param bytes of the chunk that arrived
   * @param bodyBytes of its body, with the chunk
   */
  private reserve(sessionId: SessionId, bytes: number, bodyBytes: number): boolean {
    const { ofBody, ofSession, ofLargeBodies, ofAllBodies, smallBody } = this.limits;
    const keptOfSession = (this.keptOf.get(sessionId) ?? 0) + bytes;
    const most = bodyBytes > smallBody ? ofLargeBodies : ofAllBodies;
    const fits = bodyBytes <= ofBody && keptOfSession <= ofSession && this.kept + bytes <= most;
    if (!fits) return false;
    this.kept += bytes;
    this.keptOf.set(sessionId, keptOfSession);
    return true;
  }

  private free(sessionId: SessionId, bytes: number): void {
    this.kept -= bytes;
    const ofSession = (this.keptOf.get(sessionId) ?? 0) - bytes;
    if (ofSession > 0) this.keptOf.set(sessionId, ofSession);
    else this.keptOf.delete(sessionId);
  }
}

/** Reads a stream to its end, or until a chunk finds no room. Returns whether everything was read. */
async function readInto(
  bytes: KeptBytes,
  stream: Readable,
  hasRoom: (chunk: Buffer) => boolean,
): Promise<boolean> {
  for await (const chunk of chunksOf(stream)) {
    const fits = hasRoom(chunk);
    bytes.add(chunk);
    if (!fits) return false;
  }
  return true;
}

function chain(first: KeptBytes, rest: Readable): Readable {
  const all = async function* (): AsyncGenerator<Buffer, void> {
    yield* first.toChunks();
    yield* chunksOf(rest);
  };
  return Readable.from(all(), { objectMode: false }).once('close', () => rest.resume());
}

function chunksOf(stream: Readable): AsyncIterable<Buffer> {
  return stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}
