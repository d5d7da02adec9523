import { Injectable } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { BrokerError } from '../../errors/broker-error.ts';
import { type Answer, discard, exchange } from '../../identity/outbound/exchange.ts';
import { OutboundHttp } from '../../identity/outbound/outbound-http.service.ts';
import { signDpopProof } from '../../oauth/dpop/dpop-proof.ts';
import { NonceCache } from '../../oauth/dpop/nonce-cache.ts';
import { ServerClock } from '../../oauth/issuers/server-clock.service.ts';
import { readDpopChallenge } from './dpop-challenge.ts';
import type { LiveSession } from '../stored/session.cache.ts';
import type { BodyStream } from './replay-window.service.ts';
import { xrpcUrl } from './xrpc-path.ts';

/** A body up to this size is sent without delay. */
const QUICK_BODY_BYTES = 64 * 1024;

/** How long a larger body may take, on a slow line, until its response starts. */
const UPLOAD_PATIENCE_MS = 10 * 60_000;

export type PdsRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | BodyStream;
  /** Aborts the request when its caller left. */
  readonly signal?: AbortSignal;
};

/** A request that can be sent again. */
export type RepeatableRequest = PdsRequest & { readonly body?: Buffer };

export type PdsResponse = Answer;

/** Sends requests to a session's PDS, signed with the session's DPoP key (RFC 9449 section 7). */
@Injectable()
export class PdsRequests {
  private readonly nonces = new NonceCache();

  constructor(
    private readonly outboundHttp: OutboundHttp,
    private readonly serverClock: ServerClock,
  ) {}

  /** Sends a request and returns the response. Repeats it once if the PDS refused the nonce or the clock of the proof. */
  async send(session: LiveSession, path: string, request: RepeatableRequest): Promise<PdsResponse> {
    const url = xrpcUrl(session.pds, path);
    const clockOffset = this.serverClock.offsetOf(url.origin);
    const first = await this.sendSigned(session, url, path, request);
    const clockWasWrong = this.serverClock.observe(
      url.origin,
      name => first.headers[name]?.toString(),
      clockOffset,
    );
    const challenge = challengeOf(first);
    const repeat = challenge === 'use_dpop_nonce' || (challenge === 'invalid_dpop_proof' && clockWasWrong);
    if (!repeat) return first;
    discard(first);
    const second = await this.sendSigned(session, url, path, request);
    if (challengeOf(second) !== 'use_dpop_nonce') return second;
    discard(second);
    throw new BrokerError(
      'UpstreamUnavailable',
      'The PDS refuses proofs that carry its own nonce. Only its operator can fix that.',
    );
  }

  /**
   * Sends a request whose body can be read only once.
   *
   * @throws BrokerError `TokenUnavailable` when the PDS refuses the token, the nonce or the clock of the proof
   */
  async sendOnce(session: LiveSession, path: string, request: PdsRequest): Promise<PdsResponse> {
    const response = await this.sendSigned(session, xrpcUrl(session.pds, path), path, request);
    if (challengeOf(response) === undefined) return response;
    discard(response);
    throw new BrokerError(
      'TokenUnavailable',
      'The session was refreshed during this upload, and its body is too large to be kept. Send it again.',
      { retryAfterSeconds: 1 },
    );
  }

  /** Returns whether a response says that the access token is not valid. Every other 401 has another cause. */
  refusesToken(response: PdsResponse): boolean {
    return challengeOf(response) === 'invalid_token';
  }

  /** Returns the time by the clock of a PDS, as estimated from its responses. */
  now(pds: string): Date {
    return this.serverClock.now(new URL(pds).origin);
  }

  private async sendSigned(
    session: LiveSession,
    url: URL,
    path: string,
    { method, headers, body, signal }: PdsRequest,
  ): Promise<PdsResponse> {
    const { accessToken } = session.secrets;
    // Most servers use one nonce for all sessions, so a new session need not fetch its own.
    const nonce = this.nonces.get(session.id) ?? this.nonces.get(url.origin);
    const now = this.serverClock.now(url.origin);
    const proof = signDpopProof(session.signer, { method, url, ath: session.ath, nonce, now });
    const options = {
      origin: url.origin,
      path, // As the caller wrote it: parsing and serializing a query changes some of its bytes.
      method,
      headers: {
        'user-agent': 'latchkey',
        ...headers,
        ...lengthOf(body),
        authorization: `DPoP ${accessToken}`,
        dpop: proof,
      },
      ...toDispatched(body),
    };
    const response = await exchange(this.outboundHttp.xrpc, options, signal);
    const newest = response.headers['dpop-nonce'];
    if (typeof newest === 'string') {
      this.nonces.set(session.id, newest);
      this.nonces.set(url.origin, newest);
    }
    return response;
  }
}

/** Returns the header for a stream of known length. undici adds it for a buffered body itself. */
function lengthOf(body: PdsRequest['body']): Record<string, string> {
  if (!body || Buffer.isBuffer(body) || body.length === undefined) return {};
  return { 'content-length': String(body.length) };
}

function toDispatched(body: PdsRequest['body']): Pick<Dispatcher.DispatchOptions, 'body' | 'headersTimeout'> {
  if (!body) return { body: null };
  if (!Buffer.isBuffer(body)) return { body: body.stream, headersTimeout: UPLOAD_PATIENCE_MS };
  return body.length > QUICK_BODY_BYTES ? { body, headersTimeout: UPLOAD_PATIENCE_MS } : { body };
}

function challengeOf({ statusCode, headers }: PdsResponse): string | undefined {
  return readDpopChallenge(statusCode, headers['www-authenticate']);
}
