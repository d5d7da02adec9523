import { Injectable } from '@nestjs/common';
import type { SessionId } from '../../database/tables/id.ts';
import { withinTime } from '../../waiting/within-time.ts';

/**
 * Separates the streams of a session from its rotations, in this process. A stream cannot be sent again, and a rotation
 * ends the token that the stream was sent with.
 */
@Injectable()
export class StreamGate {
  private readonly streams = new Map<string, Set<Promise<unknown>>>();
  private readonly rotating = new Set<string>();

  /** Runs a stream. Returns `undefined` and runs nothing during a rotation, or while one waits to start. */
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

  /**
   * Starts a rotation: no stream starts from now on, and the running ones have ended, or `patienceMs` have passed.
   *
   * @returns the function that ends the rotation
   */
  async startRotation(sessionId: SessionId, patienceMs: number): Promise<() => void> {
    this.rotating.add(sessionId);
    const streams = this.streams.get(sessionId);
    if (streams) await withinTime(patienceMs, Promise.allSettled(streams), undefined);
    return () => {
      this.rotating.delete(sessionId);
    };
  }
}
