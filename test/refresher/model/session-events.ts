import { Log } from '../../../src/observability/log/log.ts';

/** What a log tells of the life of a session: that it was lost, or lives again. */
export type SessionEvent = { sessionId: string; kind: 'lost' | 'lives'; reason?: string };

/** A log that keeps what it tells of losses, whoever of several brokers tells it, until its broker is dead. */
export class WatchedLog extends Log {
  isSilent = false;
  readonly #events: SessionEvent[];

  constructor(events: SessionEvent[]) {
    super({ write: () => undefined });
    this.#events = events;
  }

  override sessionNeedsReauth({
    sessionId,
    reason,
  }: {
    did: string;
    sessionId: string;
    reason: string;
  }): void {
    this.#add({ sessionId, kind: 'lost', reason });
  }

  override sessionRecovered({ sessionId }: { did: string; sessionId: string }): void {
    this.#add({ sessionId, kind: 'lives' });
  }

  override sessionReconnected({ sessionId }: { did: string; sessionId: string }): void {
    this.#add({ sessionId, kind: 'lives' });
  }

  #add(event: SessionEvent): void {
    if (!this.isSilent) this.#events.push(event);
  }
}
