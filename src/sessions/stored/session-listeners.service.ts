import { Injectable } from '@nestjs/common';
import type { SessionReason } from '../../database/tables/oauth-session.ts';
import type { SessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';

/** Called when a session needs its owner again. */
export type NeedsReauthListener = (session: {
  id: SessionId;
  did: Did;
  reason: SessionReason;
}) => Promise<void>;

/** Called when a session grants no access any more: it needs its owner, or it was revoked. */
export type SessionOverListener = (id: SessionId) => void;

/** Announces the end of sessions, within this instance, to what depends on them. */
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

  async announceNeedsReauth(session: { id: SessionId; did: Did; reason: SessionReason }): Promise<void> {
    this.announceSessionOver(session.id);
    for (const listener of this.listeners) await listener(session);
  }

  announceSessionOver(id: SessionId): void {
    for (const listener of this.endListeners) listener(id);
  }
}
