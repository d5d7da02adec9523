import { Injectable } from '@nestjs/common';
import type { CredentialVerifier } from '../access/credential-verifier.ts';
import type { Principal } from '../access/principal.ts';
import { UiSessions } from './ui-sessions.service.ts';

/** Verifies the session cookie of a browser. */
@Injectable()
export class CookieVerifier implements CredentialVerifier {
  readonly carrier = 'cookie';

  constructor(private readonly uiSessions: UiSessions) {}

  async verify(credential: string): Promise<Principal | undefined> {
    const uiSession = await this.uiSessions.findByCookie(credential);
    if (!uiSession) return undefined;
    const { id, did, sessionId, expiresAt } = uiSession;
    return { kind: 'browser', uiSessionId: id, did, sessionId, expiresAt };
  }
}
