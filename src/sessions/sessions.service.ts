import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Schema } from '../database/schema.ts';
import type { SessionPurpose } from '../database/tables/oauth-session.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { Metrics } from '../observability/metrics.ts';
import type { Grant } from '../oauth/grant.ts';
import { AccountTurns } from './account-turns.ts';
import { LastUse } from './last-use.ts';
import { databaseTime, isLive, type LiveSession, LiveSessions } from './live-sessions.ts';
import { PdsRequests, type PdsRequest, type PdsResponse } from './pds-requests.ts';
import { decide, type RefreshDecision, SETTLING_TIME_MS } from './refresh-policy.ts';
import { Refresher, type RefreshTrigger } from './refresher.service.ts';
import type { Session } from './session.ts';
import { SessionRepository } from './session.repository.ts';

/** How long a request waits for a token; the refresh itself goes on. */
const PATIENCE_MS = 30_000;
const RETRY_AFTER_SECONDS = 5;

/** What a session opens: authenticated requests to its account's PDS, and nothing of its secrets. */
export type SessionAccess = Pick<Session, 'did' | 'pds' | 'scope'> & {
  /** @param path `/xrpc/<nsid>`, with or without a query string */
  fetch(path: string, request: PdsRequest): Promise<PdsResponse>;
};

export type AccessOptions = {
  /** Lets the uses of one account follow each other in this process. */
  readonly exclusive?: boolean;
  /** Ends the waiting, and never the refresh that is waited for. */
  readonly signal?: AbortSignal;
};

/** Stored sessions: made of a grant, and used. */
@Injectable()
export class Sessions {
  private readonly turns = new AccountTurns();

  constructor(
    private readonly sessions: SessionRepository,
    private readonly live: LiveSessions,
    private readonly requests: PdsRequests,
    private readonly refresher: Refresher,
    private readonly lastUse: LastUse,
    private readonly metrics: Metrics,
  ) {}

  /** Stores a grant as a session of its own. */
  create(
    grant: Grant,
    life: { handle: string | null; purpose: SessionPurpose },
    database?: Kysely<Schema>,
  ): Promise<Session> {
    return this.sessions.insert(grant, life, database);
  }

  async find(id: string): Promise<Session | undefined> {
    return this.live.get(id);
  }

  /** @throws BrokerError `ReauthorizationRequired` when there is no such session, or it is not active */
  async get(id: string): Promise<Session> {
    const session = await this.live.get(id);
    if (!isLive(session)) throw reauthorizationRequired();
    return session;
  }

  /**
   * The way to a PDS: runs `use` with access to a session's account.
   *
   * @param target the id of a session, or a DID for the newest active session of that account
   * @throws BrokerError `ReauthorizationRequired` when the session cannot be used without its owner,
   * `TokenUnavailable` when it has no working token right now
   */
  async withSession<T>(
    target: string,
    use: (access: SessionAccess) => Promise<T>,
    { exclusive = false, signal }: AccessOptions = {},
  ): Promise<T> {
    const id = await this.idOf(target);
    const { did, pds, scope } = await this.get(id);
    const access: SessionAccess = {
      did,
      pds,
      scope,
      fetch: (path, request) => this.send(id, path, request, signal),
    };
    return exclusive ? this.turns.take(did, () => use(access), signal) : use(access);
  }

  private async idOf(target: string): Promise<string> {
    if (!target.startsWith('did:')) return target;
    const id = await this.sessions.findNewestActive(target);
    if (id === undefined) throw reauthorizationRequired();
    return id;
  }

  /** Sends a request; one whose token was renewed under it is sent again with the new one. */
  private async send(
    id: string,
    path: string,
    request: PdsRequest,
    signal: AbortSignal | undefined,
  ): Promise<PdsResponse> {
    const session = await this.ready(id, signal);
    this.lastUse.remember(id);
    const response = await this.requests.send(session, path, request);
    if (!this.requests.refusesToken(response)) return response;
    await response.body.dump();
    const renewed = await this.renew(session, signal);
    const second = await this.requests.send(renewed, path, request);
    if (!this.requests.refusesToken(second)) return second;
    await second.body.dump();
    throw new BrokerError('UpstreamUnavailable', 'The PDS refuses a token that was just renewed.');
  }

  /** Returns a session whose token can be sent now, waiting for a refresh only where there is no other way. */
  private async ready(id: string, signal: AbortSignal | undefined): Promise<LiveSession> {
    const session = await this.getLive(id);
    const decision = decide(session, databaseTime(session));
    if (decision.kind === 'due') void this.refresher.refresh(id, { kind: 'policy' });
    return isServiceable(decision) ? session : this.awaitToken(id, signal);
  }

  /** Looks for a token that can be sent where memory has none: stored by another process, or by a refresh. */
  private async awaitToken(id: string, signal: AbortSignal | undefined): Promise<LiveSession> {
    const current = requireLive(await this.live.reload(id));
    const decision = decide(current, databaseTime(current));
    if (isServiceable(decision)) return current;
    if (decision.kind !== 'back-off') await this.awaitRefresh(id, { kind: 'policy' }, signal);
    const after = await this.getLive(id);
    const outcome = decide(after, databaseTime(after));
    if (isServiceable(outcome)) return after;
    throw tokenUnavailable(outcome, databaseTime(after));
  }

  /** Finds the token that took the place of one that the PDS refused: stored already, or by one refresh. */
  private async renew(refused: LiveSession, signal: AbortSignal | undefined): Promise<LiveSession> {
    const { id, generation } = refused;
    const current = requireLive(await this.live.reload(id));
    if (current.generation > generation) return current;
    if (
      databaseTime(current).getTime() - current.refreshedAt.getTime() < SETTLING_TIME_MS &&
      !current.attempt
    ) {
      throw new BrokerError('UpstreamUnavailable', 'The PDS refuses a token that was just renewed.');
    }
    await this.awaitRefresh(id, { kind: 'refused', generation }, signal);
    const renewed = await this.getLive(id);
    if (renewed.generation > generation) return renewed;
    throw tokenUnavailable(decide(renewed, databaseTime(renewed)), databaseTime(renewed));
  }

  private async getLive(id: string): Promise<LiveSession> {
    return requireLive(await this.live.get(id));
  }

  private async awaitRefresh(
    id: string,
    trigger: RefreshTrigger,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const patience = delay(PATIENCE_MS, undefined, { ref: false, ...(signal && { signal }) });
    await this.metrics.waitForToken(Promise.race([this.refresher.refresh(id, trigger), patience]));
  }
}

function isServiceable(decision: RefreshDecision): boolean {
  if (decision.kind === 'fresh' || decision.kind === 'due') return true;
  return 'usable' in decision && decision.usable;
}

function requireLive(session: Session | LiveSession | undefined): LiveSession {
  if (session && 'signer' in session) return session;
  throw reauthorizationRequired();
}

function reauthorizationRequired(): BrokerError {
  return new BrokerError('ReauthorizationRequired', 'This session has ended. Please sign in again.');
}

function tokenUnavailable(decision: RefreshDecision, now: Date): BrokerError {
  const waitMs = decision.kind === 'back-off' ? decision.until.getTime() - now.getTime() : 0;
  return new BrokerError(
    'TokenUnavailable',
    'The session cannot be renewed right now; it is not lost. Try again soon.',
    {
      retryAfterSeconds: Math.max(RETRY_AFTER_SECONDS, Math.ceil(waitMs / 1000)),
    },
  );
}
