import { Injectable } from '@nestjs/common';
import type { CredentialVerifier } from '../access/credential-verifier.ts';
import type { Principal } from '../access/principal.ts';
import { OperatorSessions } from './operator-sessions.service.ts';

/** Recognises the operator's browser by its cookie. */
@Injectable()
export class OperatorCookieVerifier implements CredentialVerifier {
  readonly carrier = 'operator-cookie';

  constructor(private readonly operatorSessions: OperatorSessions) {}

  async verify(credential: string): Promise<Principal | undefined> {
    const session = await this.operatorSessions.findByCookie(credential);
    return (
      session && { kind: 'operator-browser', operatorSessionId: session.id, expiresAt: session.expiresAt }
    );
  }
}
