import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Schema } from '../../database/tables/schema.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { type Did, isDid } from '../../database/tables/did.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import { AccountTurns } from './account-turns.ts';
import type { SessionLife } from '../stored/granted-row.ts';
import { SessionCache, requireLive, sessionEnded } from '../stored/session.cache.ts';
import type { PdsRequest, PdsResponse } from '../pds/pds-requests.service.ts';
import { SessionRequests } from './session-requests.service.ts';
import type { Session } from '../stored/session.ts';
import { SessionRepository } from '../stored/session.repository.ts';

/** What a session opens: authenticated requests to its account's PDS, and nothing of its secrets. */
export type SessionAccess = Pick<Session, 'did' | 'pds' | 'scope'> & {
  /** @param path `/xrpc/<nsid>`, with or without a query string */
  fetch(path: string, request: PdsRequest): Promise<PdsResponse>;
  /** The time by the clock of the PDS, as far as its answers have told it. */
  now(): Date;
};

export type AccessOptions = {
  /** Lets the uses of one account follow each other in this process. */
  readonly exclusive?: boolean;
  /** Ends the requests and the waiting, and never the refresh that is waited for. */
  readonly signal?: AbortSignal;
};

/** Stored sessions: made of a grant, and used. */
@Injectable()
export class Sessions {
  private readonly turns = new AccountTurns();

  constructor(
    private readonly sessionRows: SessionRepository,
    private readonly sessionCache: SessionCache,
    private readonly sessionRequests: SessionRequests,
  ) {}

  /** Stores a grant as a session of its own. */
  create(grant: Grant, life: SessionLife, database?: Kysely<Schema>): Promise<Session> {
    return this.sessionRows.insert(grant, life, database);
  }

  /**
   * Promises a session to one more holder, in the transaction that stores the holder: from then on nobody can end it for
   * having none.
   *
   * @throws BrokerError `ReauthorizationRequired` when the session is not active, or not the account's
   */
  async addHolder(session: Pick<Session, 'id' | 'did'>, database: Kysely<Schema>): Promise<void> {
    if (!(await this.sessionRows.addHolder(session, database))) throw sessionEnded();
  }

  async find(id: SessionId): Promise<Session | undefined> {
    return this.sessionCache.get(id);
  }

  /** @throws BrokerError as {@link sessionEnded} tells, when there is no such session, or it is not active */
  async get(id: SessionId): Promise<Session> {
    return requireLive(await this.sessionCache.get(id));
  }

  /**
   * The way to a PDS: runs `use` with access to a session's account.
   *
   * @param target the id of a session, or a DID for the newest active session of that account
   * @throws BrokerError `ReauthorizationRequired` when the session cannot be used without its owner,
   * `TokenUnavailable` when it has no working token right now
   */
  async withSession<T>(
    target: SessionId | Did,
    use: (access: SessionAccess) => Promise<T>,
    { exclusive = false, signal }: AccessOptions = {},
  ): Promise<T> {
    const id = await this.idOf(target);
    const { did, pds, scope } = await this.get(id);
    const access: SessionAccess = {
      did,
      pds,
      scope,
      fetch: (path, request) =>
        this.sessionRequests.send(id, path, signal ? { signal, ...request } : request),
      now: () => this.sessionRequests.now(pds),
    };
    return exclusive ? this.turns.take(did, () => use(access), signal) : use(access);
  }

  private async idOf(target: SessionId | Did): Promise<SessionId> {
    if (!isDid(target)) return target;
    const id = await this.sessionRows.findNewestActive(target);
    if (id === undefined) throw sessionEnded();
    return id;
  }
}
