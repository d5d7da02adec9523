import { Injectable } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { BrokerError } from '../errors/broker-error.ts';
import { OutboundHttp } from '../identity/outbound-http.ts';
import { signDpopProof } from '../oauth/dpop-proof.ts';
import { NonceCache } from '../oauth/nonce-cache.ts';
import { ServerClock } from '../oauth/server-clock.ts';
import { readDpopChallenge } from './dpop-challenge.ts';
import type { LiveSession } from './live-sessions.ts';
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
  private readonly clock = new ServerClock();

  constructor(private readonly outbound: OutboundHttp) {}

  /** Sends a request and answers what the PDS said; a refused nonce or clock is corrected and the request repeated once. */
  async send(session: LiveSession, path: string, request: PdsRequest): Promise<PdsResponse> {
    const url = xrpcUrl(session.pds, path);
    const first = await this.sendOnce(session, url, path, request);
    const clockWasWrong = this.clock.observe(url.origin, first.headers.date?.toString() ?? null);
    const challenge = challengeOf(first);
    const repeat = challenge === 'use_dpop_nonce' || (challenge === 'invalid_dpop_proof' && clockWasWrong);
    if (!repeat) return first;
    await first.body.dump();
    const second = await this.sendOnce(session, url, path, request);
    if (challengeOf(second) !== 'use_dpop_nonce') return second;
    await second.body.dump();
    throw new BrokerError('UpstreamUnavailable', 'The PDS refuses every proof that its own nonce is in.');
  }

  /** Whether an answer says that the token is not good any more; every other 401 is about something else. */
  refusesToken(response: PdsResponse): boolean {
    return challengeOf(response) === 'invalid_token';
  }

  private async sendOnce(
    session: LiveSession,
    url: URL,
    path: string,
    request: PdsRequest,
  ): Promise<PdsResponse> {
    const { accessToken } = session.secrets;
    const { method, headers, body = null } = request;
    const nonce = this.nonces.get(session.id);
    const now = this.clock.now(url.origin);
    const proof = signDpopProof(session.signer, { method, url, accessToken, nonce, now });
    const response = await this.outbound.xrpc.request({
      origin: url.origin,
      path, // As the caller wrote it: parsing and writing a query changes some of its bytes.
      method,
      headers: { 'user-agent': 'latchkey', ...headers, authorization: `DPoP ${accessToken}`, dpop: proof },
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
