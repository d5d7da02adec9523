import { NSID } from '@atproto/syntax';
import { Injectable } from '@nestjs/common';
import type { SessionId } from '../database/tables/id.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { discard } from '../identity/outbound/exchange.ts';
import { scopeMissing } from '../oauth/scopes/rpc-scope.ts';
import { ServiceTokens } from '../service-tokens/service-tokens.service.ts';
import type { PdsRequest, PdsResponse } from '../sessions/pds/pds-requests.service.ts';
import { refuseProtectedMethod } from '../sessions/pds/protected-methods.ts';
import { Sessions } from '../sessions/use/sessions.service.ts';
import { missingScopeOf } from './proxied-call.ts';
import { isServiceAuth, readServiceAuthQuery, writeServiceAuthQuery } from './service-auth-query.ts';

/** Passes XRPC calls on to the PDS of the caller's session. */
@Injectable()
export class XrpcService {
  constructor(
    private readonly sessions: Sessions,
    private readonly serviceTokens: ServiceTokens,
  ) {}

  /**
   * @param query the query string as the caller wrote it, with its `?`, or nothing
   * @throws BrokerError `InvalidRequest`, `ProtectedMethod`, `ScopeMissing`, `ReauthorizationRequired`,
   * `UpstreamUnavailable`, ...
   */
  async forward(
    sessionId: SessionId,
    nsid: string,
    query: string,
    request: PdsRequest,
  ): Promise<PdsResponse> {
    if (!NSID.isValid(nsid)) throw new BrokerError('InvalidRequest', 'This is not the NSID of a method.');
    if (isServiceAuth(nsid)) return this.forwardServiceAuth(sessionId, nsid, query, request);
    refuseProtectedMethod(nsid);
    return this.send(sessionId, nsid, query, request);
  }

  /** A token that the PDS mints here obeys the rules of those that we hand out; it is not kept. */
  private async forwardServiceAuth(
    sessionId: SessionId,
    nsid: string,
    query: string,
    request: PdsRequest,
  ): Promise<PdsResponse> {
    const asked = readServiceAuthQuery(query);
    const tuple = { sessionId, aud: asked.aud, lxm: asked.lxm };
    await this.serviceTokens.requireAllowed(tuple);
    // Without the caller's headers: one of them would have another service than the PDS asked.
    const answer = await this.send(sessionId, nsid, writeServiceAuthQuery(asked), {
      ...request,
      headers: {},
    });
    try {
      await this.serviceTokens.requireAllowed(tuple);
      return answer;
    } catch (error) {
      discard(answer);
      throw error;
    }
  }

  private send(sessionId: SessionId, nsid: string, query: string, request: PdsRequest): Promise<PdsResponse> {
    return this.sessions.withSession(sessionId, pds => {
      const missing = missingScopeOf(nsid, request.headers?.['atproto-proxy'], pds.scope);
      if (missing !== undefined) throw scopeMissing(missing);
      return pds.fetch(`/xrpc/${nsid}${query}`, request);
    });
  }
}
