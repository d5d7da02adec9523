import { NSID } from '@atproto/syntax';
import { Injectable } from '@nestjs/common';
import type { SessionId } from '../database/tables/id.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { VerifiedHandles } from '../identity/handles/verified-handles.service.ts';
import { type Answer, discard } from '../identity/outbound/exchange.ts';
import { type SessionAccount, toSessionAccount } from '../api-keys/password-sessions/opened-session.ts';
import type { AccountPrincipal } from '../access/principal.ts';
import { ServiceTokens } from '../service-tokens/service-tokens.service.ts';
import type { PdsRequest } from '../sessions/pds/pds-requests.service.ts';
import { isServiceAuth, refuseProtectedMethod } from '../sessions/methods/protected-methods.ts';
import type { SessionCheck } from '../sessions/use/live-tokens.service.ts';
import { SessionRequests } from '../sessions/use/session-requests.service.ts';
import { BlobRedirects } from './blob-redirects.service.ts';
import { requireProxyScope } from './proxied-call.ts';
import { readServiceAuthQuery, writeServiceAuthQuery } from './service-auth-query.ts';

/** One call of a method. */
type XrpcCall = {
  readonly nsid: string;
  /** The query string as the caller wrote it, with its `?`, or empty. */
  readonly query: string;
  /** Learns the session before the PDS is called. */
  readonly onSession: SessionCheck;
};

/** Forwards XRPC calls to the PDS of the caller's session. */
@Injectable()
export class XrpcService {
  constructor(
    private readonly sessionRequests: SessionRequests,
    private readonly verifiedHandles: VerifiedHandles,
    private readonly serviceTokens: ServiceTokens,
    private readonly blobRedirects: BlobRedirects,
  ) {}

  /** Returns what `getSession` says of a password session, also of one whose key needs its owner. */
  async describeSession({ did }: AccountPrincipal): Promise<SessionAccount> {
    return toSessionAccount({ did, handle: await this.verifiedHandles.find(did) });
  }

  /**
   * Forwards one call.
   *
   * @throws BrokerError `InvalidRequest`, `ProtectedMethod`, `ScopeMissing`, `ReauthorizationRequired`,
   * `UpstreamUnavailable`, ...
   */
  async forward(
    sessionId: SessionId,
    { nsid, query, onSession }: XrpcCall,
    request: PdsRequest,
  ): Promise<Answer> {
    if (!NSID.isValid(nsid))
      throw new BrokerError('InvalidRequest', 'The path must end in the NSID of a method.');
    if (isServiceAuth(nsid)) return this.forwardServiceAuth(sessionId, { nsid, query, onSession }, request);
    refuseProtectedMethod(nsid);
    return this.send(sessionId, { nsid, query, onSession }, request);
  }

  /** A token minted this way obeys the rules of the broker's own service tokens. It is not cached. */
  private async forwardServiceAuth(
    sessionId: SessionId,
    { query, ...call }: XrpcCall,
    request: PdsRequest,
  ): Promise<Answer> {
    const asked = readServiceAuthQuery(query);
    const tuple = { sessionId, aud: asked.aud, lxm: asked.lxm };
    await this.serviceTokens.requireAllowed(tuple);
    // Without the caller's headers: atproto-proxy would send the call to another service.
    const bare = { ...request, headers: {} };
    const answer = await this.send(sessionId, { ...call, query: writeServiceAuthQuery(asked) }, bare);
    try {
      await this.serviceTokens.requireAllowed(tuple);
      return answer;
    } catch (error) {
      discard(answer);
      throw error;
    }
  }

  private async send(
    sessionId: SessionId,
    { nsid, query, onSession }: XrpcCall,
    request: PdsRequest,
  ): Promise<Answer> {
    const proxyTo = request.headers?.['atproto-proxy'];
    const path = `/xrpc/${nsid}${query}`;
    const response = await this.sessionRequests.send(sessionId, path, request, session => {
      requireProxyScope(nsid, proxyTo, session.scope);
      onSession(session);
    });
    return this.blobRedirects.follow(nsid, response, request);
  }
}
