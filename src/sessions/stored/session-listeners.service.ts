import { Injectable } from '@nestjs/common';
import type { SessionReason } from '../../database/tables/oauth-session.ts';
import type { SessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';

/** What others want to know of sessions: that one needs its owner again. */
export type SessionListener = (session: { id: SessionId; did: Did; reason: SessionReason }) => Promise<void>;

/** Is told of each session that opens nothing any more: it needs its owner again, or it was ended for good. */
export type EndListener = (id: SessionId) => void;

/** Tells whoever holds sessions, or what was made with them, what became of them at this instance. */
@Injectable()
export class SessionListeners {
  private readonly listeners: SessionListener[] = [];
  private readonly endListeners: EndListener[] = [];

  add(listener: SessionListener): void {
    this.listeners.push(listener);
  }

  addForEveryEnd(listener: EndListener): void {
    this.endListeners.push(listener);
  }

  async tell(session: { id: SessionId; did: Did; reason: SessionReason }): Promise<void> {
    this.tellEnd(session.id);
    for (const listener of this.listeners) await listener(session);
  }

  tellEnd(id: SessionId): void {
    for (const listener of this.endListeners) listener(id);
  }
}
