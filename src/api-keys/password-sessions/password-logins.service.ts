import { Injectable } from '@nestjs/common';
import type { CallSender } from '../../access/credential-use.ts';
import type { ApiKeyPrincipal } from '../../access/principal.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { startOf } from '../../crypto/api-key-secret.ts';
import { digestOf } from '../../crypto/secret.ts';
import { newId, PasswordSessionId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { networkOf } from '../../http/edge/address-limit.ts';
import { parseAccountName } from '../../identity/resolution/identifier.ts';
import { VerifiedHandles } from '../../identity/handles/verified-handles.service.ts';
import { IdentityService } from '../../identity/resolution/identity.service.ts';
import type { Session } from '../../sessions/stored/session.ts';
import { Sessions } from '../../sessions/use/sessions.service.ts';
import { ApiKeyVerifier } from '../keys/api-key.verifier.ts';
import { KeyUsage } from '../usage/key-usage.service.ts';
import { LoginLimits } from './login-limits.ts';
import { type OpenedSession, toOpenedSession } from './opened-session.ts';
import { endOf, secretTagOf } from './password-session.ts';
import { wrongPassword } from './password-session-refusals.ts';
import { SessionTokens } from './session-tokens.service.ts';

export type PasswordLogin = {
  readonly identifier: string;
  readonly password: string;
};

/** Opens password sessions: a program signs in with a handle and, as its app password, an API key. */
@Injectable()
export class PasswordLogins {
  private readonly limits = new LoginLimits();

  constructor(
    private readonly apiKeyVerifier: ApiKeyVerifier,
    private readonly sessions: Sessions,
    private readonly identityService: IdentityService,
    private readonly verifiedHandles: VerifiedHandles,
    private readonly sessionTokens: SessionTokens,
    private readonly keyUsage: KeyUsage,
    private readonly auditLog: AuditLog,
  ) {}

  /**
   * Opens a session. Writes no row: most programs sign in anew at each run and never renew.
   *
   * @throws BrokerError `AuthenticationRequired` for a wrong identifier or key, `ReauthorizationRequired` for a key that
   * needs its owner, `TooManyRequests`, `TokenUnavailable`, and the errors of {@link IdentityService.resolve}
   */
  async logIn(login: PasswordLogin, sender: CallSender): Promise<OpenedSession> {
    const { from } = sender;
    const address = networkOf(from);
    await this.limits.requireRoom(address);
    const key = await this.apiKeyVerifier.verify(login.password, sender);
    if (!key) return this.refuse(address);
    return this.keyUsage.countWork(key.apiKeyId, () => this.logInWith(key, login, { address, from }));
  }

  private async logInWith(
    key: ApiKeyPrincipal,
    { identifier, password }: PasswordLogin,
    { address, from }: { address: string; from: string },
  ): Promise<OpenedSession> {
    // Counted first, because a name may be looked up at other servers.
    await this.limits.countRight(address, startOf(password));
    const session = await this.findSession(key);
    if (!session || !(await this.isNameOf(session, identifier))) return this.refuse(address);
    return this.open(key, { from, digest: digestOf(password) });
  }

  private async refuse(address: string): Promise<never> {
    await this.limits.countWrong(address);
    throw wrongPassword();
  }

  private async open(
    key: ApiKeyPrincipal,
    { from, digest }: { from: string; digest: string },
  ): Promise<OpenedSession> {
    const { apiKeyId, did } = key;
    const now = new Date();
    const ends = { access: endOf('access', key, now), refresh: endOf('refresh', key, now) };
    const secretTag = secretTagOf(digest);
    const token = { sessionId: newId(PasswordSessionId), apiKeyId, did, secretTag, generation: 0 };
    const pair = await this.sessionTokens.signPair(token, ends, now);
    const apiKey = { kind: 'api-key', id: apiKeyId } as const;
    this.auditLog.note({ action: 'api-key.session-opened', actor: apiKey, did, target: apiKey, from });
    return toOpenedSession(pair, { did, handle: await this.verifiedHandles.find(did) });
  }

  /** Returns undefined for the session of a revoked key. */
  private async findSession({ sessionId }: ApiKeyPrincipal): Promise<Session | undefined> {
    try {
      return await this.sessions.get(sessionId);
    } catch (error) {
      if (error instanceof BrokerError && error.code === 'InvalidToken') return undefined;
      throw error;
    }
  }

  /**
   * An e-mail address tells nothing, because the broker knows none. While a name cannot be looked up, the handle that the
   * account had at its authorization counts, so that programs run on.
   */
  private async isNameOf({ did, handle }: Session, identifier: string): Promise<boolean> {
    const typed = identifier.trim().toLowerCase();
    if (typed === did.toLowerCase() || /^[^@\s]+@[^@\s]+$/.test(typed)) return true;
    if (typed.startsWith('did:')) return false;
    if (typed === (await this.verifiedHandles.find(did))) return true;
    try {
      return (await this.resolve(identifier)) === did;
    } catch (error) {
      if (isUnreachable(error) && typed === handle) return true;
      throw error;
    }
  }

  /** Returns undefined for a name that no account has. */
  private async resolve(identifier: string): Promise<string | undefined> {
    try {
      return (await this.identityService.resolve(parseAccountName(identifier))).did;
    } catch (error) {
      const isUnknown =
        error instanceof BrokerError &&
        (error.code === 'InvalidIdentifier' || error.code === 'AccountNotFound');
      if (isUnknown) return undefined;
      throw error;
    }
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof BrokerError && error.code === 'AccountUnreachable';
}
