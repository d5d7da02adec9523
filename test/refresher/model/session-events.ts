import { Log } from '../../../src/observability/log/log.ts';
import type { Did } from '../../../src/database/tables/did.ts';
import type { SessionId } from '../../../src/database/tables/id.ts';

/** A log event of a session's life: it was lost, or works again. */
export type SessionEvent = { sessionId: SessionId; kind: 'lost' | 'lives'; reason?: string };

/** A log that records losses for all brokers, until its broker is dead. */
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
    did: Did;
    sessionId: SessionId;
    reason: string;
  }): void {
    this.#add({ sessionId, kind: 'lost', reason });
  }

  override sessionRecovered({ sessionId }: { did: Did; sessionId: SessionId }): void {
    this.#add({ sessionId, kind: 'lives' });
  }

  override sessionReconnected({ sessionId }: { did: Did; sessionId: SessionId }): void {
    this.#add({ sessionId, kind: 'lives' });
  }

  #add(event: SessionEvent): void {
    if (!this.isSilent) this.#events.push(event);
  }
}
