import { Injectable } from '@nestjs/common';
import type { SessionId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { Log } from '../../observability/log/log.ts';
import { SessionRevocation } from './session-revocation.service.ts';
import { SessionCache } from '../stored/session.cache.ts';
import { decideReconnection } from './reconnection-rule.ts';
import { ReconnectionRepository } from './reconnection.repository.ts';
import { VerifiedHandles } from '../../identity/handles/verified-handles.service.ts';
import { ScopeShortfalls } from '../stored/scope-shortfalls.service.ts';
import type { NewGrant } from '../stored/new-grant.ts';
import type { Session } from '../stored/session.ts';
import { SessionRepository, type StoredSession } from '../stored/session.repository.ts';

/** The account and the scope that a reconnection asks for. */
export type Reconnection = Pick<Session, 'did' | 'scope'>;

/**
 * Gives sessions of keys a new grant: sessions that need their owner, and sessions with less scope than is wanted. Only by
 * session id, so that exactly the keys of that session work again.
 */
@Injectable()
export class Reconnections {
  constructor(
    private readonly sessionRows: SessionRepository,
    private readonly reconnectionRows: ReconnectionRepository,
    private readonly sessionCache: SessionCache,
    private readonly sessionRevocation: SessionRevocation,
    private readonly scopeShortfalls: ScopeShortfalls,
    private readonly verifiedHandles: VerifiedHandles,
    private readonly log: Log,
  ) {}

  /**
   * Returns the account and the whole scope that the owner is asked for.
   *
   * @throws BrokerError `NotFound` unless the session is a key's and can use a new grant
   */
  async getReconnection(sessionId: SessionId): Promise<Reconnection> {
    const session = await this.getReconnectable(sessionId);
    return { did: session.did, scope: this.scopeShortfalls.wantedScope(session) };
  }

  /**
   * Gives a session the grant that its owner authorized, and revokes its previous grant. If this throws, the caller
   * abandons the grant.
   *
   * @throws BrokerError `WrongAccount` when another account authorized, `ScopeExceeded` when more was granted than was
   * asked for, `NotFound` when the session cannot use a new grant any more
   */
  async reconnect(sessionId: SessionId, newGrant: NewGrant): Promise<Session> {
    const session = await this.getReconnectable(sessionId);
    const refusal = decideReconnection(session, newGrant.grant);
    if (refusal) throw refusal;
    const handle = (await this.verifiedHandles.verify(session.did)) ?? session.handle;
    const taken = await this.reconnectionRows.storeGrant({ ...session, handle }, newGrant);
    if (!taken) throw notReconnectable();
    this.sessionCache.supersede({ ...taken.session, secrets: newGrant.grant });
    this.log.sessionReconnected({ did: session.did, sessionId });
    this.scopeShortfalls.reportGrant(taken.session, 'reconnection');
    if (taken.replaced !== undefined) await this.sessionRevocation.revokeMarked(taken.replaced);
    return taken.session;
  }

  private async getReconnectable(sessionId: SessionId): Promise<StoredSession> {
    const session = await this.sessionRows.findSession(sessionId);
    if (session?.purpose === 'api_key' && this.needsGrant(session)) return session;
    throw notReconnectable();
  }

  private needsGrant(session: Session): boolean {
    if (session.status === 'needs_reauth') return true;
    return session.status === 'active' && this.scopeShortfalls.missingParts(session).length > 0;
  }
}

function notReconnectable(): BrokerError {
  return new BrokerError(
    'NotFound',
    'No session here needs this sign-in. It may have been reconnected already, or its keys were revoked.',
  );
}
