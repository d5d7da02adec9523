import { Injectable } from '@nestjs/common';
import type { SessionReason } from '../../database/tables/oauth-session.ts';

/** What others want to know of sessions: that one needs its owner again. */
export type NeedsReauthListener = (session: {
  id: string;
  did: string;
  reason: SessionReason;
}) => Promise<void>;

/** Is told of each session that opens nothing any more: it needs its owner again, or it was ended for good. */
export type SessionOverListener = (id: string) => void;

/** Tells whoever holds sessions, or what was made with them, what became of them at this instance. */
@Injectable()
export class SessionListeners {
  private readonly listeners: NeedsReauthListener[] = [];
  private readonly endListeners: SessionOverListener[] = [];

  onNeedsReauth(listener: NeedsReauthListener): void {
    this.listeners.push(listener);
  }

  onSessionOver(listener: SessionOverListener): void {
    this.endListeners.push(listener);
  }

  async announceNeedsReauth(session: { id: string; did: string; reason: SessionReason }): Promise<void> {
    this.announceSessionOver(session.id);
    for (const listener of this.listeners) await listener(session);
  }

  announceSessionOver(id: string): void {
    for (const listener of this.endListeners) listener(id);
  }
}
