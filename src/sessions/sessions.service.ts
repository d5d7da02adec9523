import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Schema } from '../database/schema.ts';
import type { SessionPurpose } from '../database/tables/oauth-session.ts';
import { BrokerError } from '../errors/broker-error.ts';
import type { Grant } from '../oauth/grant.ts';
import { PdsRequests, type PdsRequest, type PdsResponse } from './pds-requests.ts';
import type { Session } from './session.ts';
import { type LiveSession, SessionRepository, type StoredSession } from './session.repository.ts';

/** An access token with less life than this is not sent: it might end on the way. */
const LEAST_TOKEN_LIFE_MS = 10_000;

/** What a session opens: authenticated requests to its account's PDS, and nothing of its secrets. */
export type SessionAccess = Pick<Session, 'did' | 'pds' | 'scope'> & {
  /** @param path `/xrpc/<nsid>`, with or without a query string */
  fetch(path: string, request: PdsRequest): Promise<PdsResponse>;
};

/** Stored sessions: made of a grant, and used. */
@Injectable()
export class Sessions {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly requests: PdsRequests,
  ) {}

  /** Stores a grant as a session of its own. */
  create(
    grant: Grant,
    life: { handle: string | null; purpose: SessionPurpose },
    database?: Kysely<Schema>,
  ): Promise<Session> {
    return this.sessions.insert(grant, { ...life, now: new Date() }, database);
  }

  async find(id: string): Promise<Session | undefined> {
    return this.sessions.find(id);
  }

  /** @throws BrokerError `ReauthorizationRequired` when there is no such session, or it is not active */
  async get(id: string): Promise<Session> {
    return requireActive(await this.sessions.find(id));
  }

  /**
   * The way to a PDS: runs `use` with access to a session's account.
   *
   * @throws BrokerError `ReauthorizationRequired` when the session cannot be used without its owner
   */
  async withSession<T>(id: string, use: (access: SessionAccess) => Promise<T>): Promise<T> {
    const session = requireActive(await this.sessions.find(id));
    requireLiveToken(session, new Date());
    const { did, pds, scope } = session;
    return use({ did, pds, scope, fetch: (path, request) => this.requests.send(session, path, request) });
  }
}

function requireActive(session: StoredSession | undefined): LiveSession {
  if (session?.status === 'active' && session.secrets) return { ...session, secrets: session.secrets };
  throw new BrokerError('ReauthorizationRequired', 'This session has ended. Please sign in again.');
}

function requireLiveToken({ accessExpiresAt }: Session, now: Date): void {
  if (accessExpiresAt.getTime() - now.getTime() > LEAST_TOKEN_LIFE_MS) return;
  throw new BrokerError(
    'ReauthorizationRequired',
    'The access token of this session has expired. Please sign in again.',
  );
}
