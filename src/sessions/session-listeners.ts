import { Injectable } from '@nestjs/common';
import type { SessionReason } from '../database/tables/oauth-session.ts';

/** What others want to know of sessions: that one needs its owner again. */
export type SessionListener = (session: { id: string; did: string; reason: SessionReason }) => Promise<void>;

/** Tells whoever holds sessions what became of them. */
@Injectable()
export class SessionListeners {
  private readonly listeners: SessionListener[] = [];

  add(listener: SessionListener): void {
    this.listeners.push(listener);
  }

  async tell(session: { id: string; did: string; reason: SessionReason }): Promise<void> {
    for (const listener of this.listeners) await listener(session);
  }
}
