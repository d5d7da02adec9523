import { Injectable } from '@nestjs/common';
import type { SessionId } from '../../database/tables/id.ts';
import { withinTime } from '../../waiting/within-time.ts';

/**
 * Keeps the streams and the rotations of a session apart, in this process: a stream cannot be sent again, and a
 * rotation ends the token that it began with.
 */
@Injectable()
export class StreamGate {
  private readonly streams = new Map<string, Set<Promise<unknown>>>();
  private readonly rotating = new Set<string>();

  /** Runs a stream; nothing is run, and nothing returned, while a rotation is under way or about to begin. */
  tryStream<Result>(sessionId: SessionId, work: () => Promise<Result>): Promise<Result> | undefined {
    if (this.rotating.has(sessionId)) return undefined;
    const streams = this.streams.get(sessionId) ?? new Set();
    this.streams.set(sessionId, streams);
    const stream = work().finally(() => {
      streams.delete(stream);
      if (streams.size === 0) this.streams.delete(sessionId);
    });
    streams.add(stream);
    return stream;
  }

  /** Runs a rotation when the streams under way have ended, or after so many milliseconds of waiting for them. */
  async rotate<Result>(
    sessionId: SessionId,
    patienceMs: number,
    work: () => Promise<Result>,
  ): Promise<Result> {
    this.rotating.add(sessionId);
    try {
      const streams = this.streams.get(sessionId);
      if (streams) await withinTime(patienceMs, Promise.allSettled(streams), undefined);
      return await work();
    } finally {
      this.rotating.delete(sessionId);
    }
  }
}
