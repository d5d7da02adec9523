import { NSID } from '@atproto/syntax';
import { Injectable } from '@nestjs/common';
import { BrokerError } from '../errors/broker-error.ts';
import type { PdsRequest, PdsResponse } from '../sessions/pds-requests.ts';
import { Sessions } from '../sessions/sessions.service.ts';
import { isProtectedMethod } from './protected-methods.ts';
import { missingScopeOf } from './proxied-call.ts';

/** Passes XRPC calls on to the PDS of the caller's session. */
@Injectable()
export class XrpcService {
  constructor(private readonly sessions: Sessions) {}

  /**
   * @param query the query string as the caller wrote it, with its `?`, or nothing
   * @throws BrokerError `InvalidRequest`, `ProtectedMethod`, `ScopeMissing`, `ReauthorizationRequired`,
   * `UpstreamUnavailable`, ...
   */
  async forward(sessionId: string, nsid: string, query: string, request: PdsRequest): Promise<PdsResponse> {
    if (!NSID.isValid(nsid)) throw new BrokerError('InvalidRequest', 'This is not the NSID of a method.');
    if (isProtectedMethod(nsid)) {
      throw new BrokerError(
        'ProtectedMethod',
        `${nsid} concerns the account itself; do it at the account's own server.`,
      );
    }
    return this.sessions.withSession(sessionId, pds => {
      requireScope(nsid, request, pds.scope);
      return pds.fetch(`/xrpc/${nsid}${query}`, request);
    });
  }
}

function requireScope(nsid: string, { headers }: PdsRequest, granted: string): void {
  const missingScope = missingScopeOf(nsid, headers?.['atproto-proxy'], granted);
  if (missingScope === undefined) return;
  throw new BrokerError(
    'ScopeMissing',
    `The account has not granted ${missingScope}, which this call needs.`,
    {
      missingScope,
    },
  );
}
