import { Injectable } from '@nestjs/common';
import type { CredentialVerifier } from '../access/credential-verifier.ts';
import type { Principal } from '../access/principal.ts';
import type { SessionId } from '../database/tables/id.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { isSuspended } from '../sessions/stored/session.ts';
import { Sessions } from '../sessions/use/sessions.service.ts';
import { UiSessions } from './ui-sessions.service.ts';

/** Verifies the session cookie of a browser, and whether its session is suspended. */
@Injectable()
export class CookieVerifier implements CredentialVerifier {
  readonly carrier = 'cookie';

  constructor(
    private readonly uiSessions: UiSessions,
    private readonly sessions: Sessions,
  ) {}

  async verify(credential: string): Promise<Principal | undefined> {
    const uiSession = await this.uiSessions.findByCookie(credential);
    if (!uiSession) return undefined;
    const { id, did, sessionId, expiresAt } = uiSession;
    const kind = (await this.isSuspended(sessionId)) ? 'suspended-browser' : 'browser';
    return { kind, uiSessionId: id, did, sessionId, expiresAt };
  }

  private async isSuspended(sessionId: SessionId): Promise<boolean> {
    try {
      const session = await this.sessions.find(sessionId);
      return session !== undefined && isSuspended(session);
    } catch (error) {
      // A browser may sign out of a session whose row is unreadable. Whatever uses the row reports it.
      if (error instanceof BrokerError && error.code === 'SealedRowUnreadable') return false;
      throw error;
    }
  }
}
