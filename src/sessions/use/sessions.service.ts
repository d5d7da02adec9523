import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Schema } from '../../database/tables/schema.ts';
import type { SessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { AccountTurns } from './account-turns.ts';
import type { SessionLife } from '../stored/granted-row.ts';
import { SessionCache, requireLive, sessionEnded } from '../stored/session.cache.ts';
import type { PdsRequest, PdsResponse } from '../pds/pds-requests.service.ts';
import { SessionRequests } from './session-requests.service.ts';
import type { NewGrant } from '../stored/new-grant.ts';
import type { Session } from '../stored/session.ts';
import { SessionRepository } from '../stored/session.repository.ts';

/** Access to the PDS of a session's account, without the session's secrets. */
export type SessionAccess = Pick<Session, 'did' | 'pds' | 'scope'> & {
  /** @param path `/xrpc/<nsid>`, with or without a query string */
  fetch(path: string, request: PdsRequest): Promise<PdsResponse>;
  /** Returns the time by the clock of the PDS, as estimated from its responses. */
  now(): Date;
};

/** Uses a session; its result is the caller's. */
export type SessionUse<T> = (access: SessionAccess) => Promise<T>;

export type AccessOptions = {
  /** Runs the uses of one account one after another, in this process. */
  readonly exclusive?: boolean;
  /** Ends the requests and the waiting, never the refresh that is waited for. */
  readonly signal?: AbortSignal;
};

/** Stored sessions: adopted by their first holder, found, and used. */
@Injectable()
export class Sessions {
  private readonly turns = new AccountTurns();

  constructor(
    private readonly sessionRows: SessionRepository,
    private readonly sessionCache: SessionCache,
    private readonly sessionRequests: SessionRequests,
  ) {}

  /**
   * Completes the session of a new grant, in the transaction that stores its first holder.
   *
   * @throws BrokerError `LoginExpired` when a sweep came first
   */
  async adopt(newGrant: NewGrant, life: SessionLife, transaction: Kysely<Schema>): Promise<Session> {
    const adopted = await this.sessionRows.adopt(newGrant, life, transaction);
    if (adopted) return adopted;
    throw new BrokerError('LoginExpired', 'This sign-in took too long. Please begin again.');
  }

  /**
   * Adds a holder, in the transaction that stores it. A concurrent sweep then keeps the session.
   *
   * @throws BrokerError `ReauthorizationRequired` when the session is not active, or belongs to another account
   */
  async addHolder(session: Pick<Session, 'id' | 'did'>, database: Kysely<Schema>): Promise<void> {
    if (!(await this.sessionRows.addHolder(session, database))) throw sessionEnded();
  }

  async find(id: SessionId): Promise<Session | undefined> {
    return this.sessionCache.get(id);
  }

  /** @throws BrokerError of {@link sessionEnded}, when the session does not exist or is not active */
  async get(id: SessionId): Promise<Session> {
    return requireLive(await this.sessionCache.get(id));
  }

  /**
   * Runs `use` with access to the account of a session.
   *
   * @throws BrokerError `ReauthorizationRequired` when the session needs its owner, `TokenUnavailable` when it has no
   * working token right now
   */
  async withSession<T>(sessionId: SessionId, use: SessionUse<T>, options: AccessOptions = {}): Promise<T> {
    const { exclusive = false, signal } = options;
    const { did, pds, scope } = await this.get(sessionId);
    const access: SessionAccess = {
      did,
      pds,
      scope,
      fetch: (path, request) =>
        this.sessionRequests.send(sessionId, path, signal ? { signal, ...request } : request),
      now: () => this.sessionRequests.now(pds),
    };
    return exclusive ? this.turns.runInTurn(did, () => use(access), signal) : use(access);
  }

  /**
   * Runs `use` with the active session that an account was granted last; see {@link withSession}.
   *
   * @throws BrokerError `ReauthorizationRequired` when the account has no active session
   */
  async withAccount<T>(did: Did, use: SessionUse<T>, options?: AccessOptions): Promise<T> {
    const id = await this.sessionRows.findNewestActive(did);
    if (id === undefined) throw sessionEnded();
    return this.withSession(id, use, options);
  }
}
