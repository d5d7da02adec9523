import { Injectable } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { BrokerError } from '../errors/broker-error.ts';
import { OutboundHttp } from '../identity/outbound-http.ts';
import { readDpopChallenge } from './dpop-challenge.ts';
import { createDpopSigner, signDpopProof } from './dpop-proof.ts';
import { NonceCache } from './nonce-cache.ts';
import type { LiveSession } from './session.repository.ts';
import { xrpcUrl } from './xrpc-path.ts';

export type PdsRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
};

export type PdsResponse = Dispatcher.ResponseData;

/** Requests to a session's PDS, signed with its DPoP key (RFC 9449 section 7). */
@Injectable()
export class PdsRequests {
  private readonly nonces = new NonceCache();

  constructor(private readonly outbound: OutboundHttp) {}

  /**
   * Sends a request and answers what the PDS said; a refused nonce is corrected and the request repeated once.
   *
   * @throws BrokerError `ReauthorizationRequired` when the PDS does not take the token any more
   */
  async send(session: LiveSession, path: string, request: PdsRequest): Promise<PdsResponse> {
    const url = xrpcUrl(session.pds, path);
    const first = await this.sendOnce(session, url, request);
    if (challengeOf(first) !== 'use_dpop_nonce') return requireLiveToken(first);
    await first.body.dump();
    return requireLiveToken(await this.sendOnce(session, url, request));
  }

  private async sendOnce(session: LiveSession, url: URL, request: PdsRequest): Promise<PdsResponse> {
    const { accessToken, dpopKey } = session.secrets;
    const { method, headers, body = null } = request;
    const nonce = this.nonces.get(session.id);
    const proof = signDpopProof(createDpopSigner(dpopKey), {
      method,
      url,
      accessToken,
      nonce,
      now: new Date(),
    });
    const response = await this.outbound.xrpc.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { ...headers, authorization: `DPoP ${accessToken}`, dpop: proof },
      body,
    });
    const newest = response.headers['dpop-nonce'];
    if (typeof newest === 'string') this.nonces.set(session.id, newest);
    return response;
  }
}

function challengeOf({ statusCode, headers }: PdsResponse): string | undefined {
  return readDpopChallenge(statusCode, headers['www-authenticate']);
}

async function requireLiveToken(response: PdsResponse): Promise<PdsResponse> {
  if (challengeOf(response) !== 'invalid_token') return response;
  await response.body.dump();
  throw new BrokerError(
    'ReauthorizationRequired',
    'The session has ended at its server. Please sign in again.',
  );
}
