import { Injectable } from '@nestjs/common';
import { BrokerError } from '../errors/broker-error.ts';
import type { Grant } from '../oauth/grant.ts';
import { Log } from '../observability/log.ts';
import { LiveSessions } from './live-sessions.ts';
import { decideReconnection } from './reconnection-rule.ts';
import type { Session } from './session.ts';
import { SessionRepository } from './session.repository.ts';

/** What a reconnection asks for: exactly what the session was. */
export type Reconnection = Pick<Session, 'did' | 'scope'>;

/** Takes up sessions again that need their owner: only by name, so that what holds them lives again and nothing else. */
@Injectable()
export class Reconnections {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly live: LiveSessions,
    private readonly log: Log,
  ) {}

  /** @throws BrokerError `NotFound` unless the session is a key's and needs its owner */
  async get(sessionId: string): Promise<Reconnection> {
    return this.reconnectable(sessionId);
  }

  /**
   * Gives a session the grant that its owner authorized for it.
   *
   * @throws BrokerError `WrongAccount` when another account authorized, `ScopeExceeded` when more was granted than the
   * session had, `NotFound` when the session does not wait for its owner any more
   */
  async take(sessionId: string, grant: Grant): Promise<Session> {
    const session = await this.reconnectable(sessionId);
    const refusal = decideReconnection(session, grant);
    if (refusal) throw refusal;
    const taken = await this.sessions.takeGrant(session, grant);
    if (!taken) throw notReconnectable();
    this.live.forget(sessionId);
    this.log.sessionReconnected({ did: session.did, sessionId });
    return taken;
  }

  private async reconnectable(sessionId: string): Promise<Session> {
    const session = await this.sessions.find(sessionId);
    if (session?.status === 'needs_reauth' && session.purpose === 'api_key') return session;
    throw notReconnectable();
  }
}

function notReconnectable(): BrokerError {
  return new BrokerError('NotFound', 'There is no session here that waits for its owner.');
}
