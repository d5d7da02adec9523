import { Injectable } from '@nestjs/common';
import type { CredentialUse } from '../../access/credential-use.ts';
import type { CredentialVerifier } from '../../access/credential-verifier.ts';
import type { ApiKeyPrincipal } from '../../access/principal.ts';
import type { PasswordSessionId } from '../../database/tables/id.ts';
import { Log } from '../../observability/log/log.ts';
import { LiveKeys } from './live-keys.service.ts';
import type { PasswordSession, SessionToken } from './password-session.ts';
import { PasswordSessionCache } from './password-session.cache.ts';
import { expiredToken } from './password-session-refusals.ts';
import { PasswordSessionRepository } from './password-session.repository.ts';
import { isGetSession } from './get-session.ts';
import { SessionTokens } from './session-tokens.service.ts';

/** Recognises the access tokens of password sessions. They open what their keys open. */
@Injectable()
export class PasswordSessionVerifier implements CredentialVerifier {
  readonly carrier = 'bearer';

  constructor(
    private readonly sessionTokens: SessionTokens,
    private readonly liveKeys: LiveKeys,
    private readonly passwordSessionCache: PasswordSessionCache,
    private readonly passwordSessionRows: PasswordSessionRepository,
    private readonly log: Log,
  ) {}

  /** @throws BrokerError `ExpiredToken` on `/xrpc`, where clients renew their tokens on it */
  async verify(credential: string, use: CredentialUse): Promise<ApiKeyPrincipal | undefined> {
    const token = await this.findToken(credential, use);
    if (!token) return undefined;
    const now = new Date();
    const isOver = token.expiresAt <= now;
    const key = isOver ? undefined : await this.liveKeys.find(token, use, now);
    if (!key || (await this.isEnded(token, now))) {
      if (isXrpc(use)) throw expiredToken(isOver ? 'expired' : 'been revoked');
      return undefined;
    }
    const { id: apiKeyId, did, sessionId, scope, createdAt, expiresAt: keyExpiresAt } = key;
    const { expiresAt } = token;
    return {
      kind: 'api-key',
      apiKeyId,
      did,
      sessionId,
      scope,
      createdAt,
      expiresAt,
      keyExpiresAt,
      inPasswordSession: true,
    };
  }

  private async findToken(credential: string, use: CredentialUse): Promise<SessionToken | undefined> {
    const access = await this.sessionTokens.verify('access', credential);
    if (access || !isXrpc(use) || !isGetSession(use.params.nsid ?? '')) return access;
    return this.sessionTokens.verify('refresh', credential);
  }

  private async isEnded({ sessionId, generation }: SessionToken, now: Date): Promise<boolean> {
    const session = (await this.passwordSessionCache.get(sessionId))?.session;
    if (!session) return false;
    if (session.generation === generation && !session.seenAt) this.noteSeen(session, now);
    return session.endedAt !== null;
  }

  /** A use proves that the answer of the last renewal arrived. Forgetting one only lets the old token live on. */
  private noteSeen(session: PasswordSession, now: Date): void {
    const id: PasswordSessionId = session.id;
    this.passwordSessionCache.amend(id, known => ({
      session: known.session && { ...known.session, seenAt: now },
    }));
    void this.passwordSessionRows.markSeen(session, now).catch((error: unknown) => {
      this.log.databaseFailed(error);
    });
  }
}

function isXrpc({ route }: CredentialUse): boolean {
  return route?.endsWith('/xrpc/:nsid') === true;
}
