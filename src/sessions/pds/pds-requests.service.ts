import { Injectable } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { BrokerError } from '../../errors/broker-error.ts';
import { type Answer, discard, exchange } from '../../identity/outbound/exchange.ts';
import { OutboundHttp } from '../../identity/outbound/outbound-http.service.ts';
import { signDpopProof } from '../../oauth/dpop/dpop-proof.ts';
import { NonceCache } from '../../oauth/dpop/nonce-cache.ts';
import { ServerClock } from '../../oauth/issuers/server-clock.ts';
import { readDpopChallenge } from './dpop-challenge.ts';
import type { LiveSession } from '../stored/session.cache.ts';
import type { BodyStream } from './replay-window.service.ts';
import { xrpcUrl } from './xrpc-path.ts';

/** A body up to this size is sent in no time. */
const QUICK_BODY_BYTES = 64 * 1024;

/** How long a larger one may take, on a slow line, until its answer begins. */
const UPLOAD_PATIENCE_MS = 10 * 60_000;

export type PdsRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | BodyStream;
  /** Ends the request: its caller has left. */
  readonly signal?: AbortSignal;
};

/** A request that can be sent again. */
export type RepeatableRequest = PdsRequest & { readonly body?: Buffer };

export type PdsResponse = Answer;

/** Requests to a session's PDS, signed with its DPoP key (RFC 9449 section 7). */
@Injectable()
export class PdsRequests {
  private readonly nonces = new NonceCache();
  private readonly clock = new ServerClock();

  constructor(private readonly outboundHttp: OutboundHttp) {}

  /** Sends a request and answers what the PDS said; a refused nonce or clock is corrected and the request repeated once. */
  async send(session: LiveSession, path: string, request: RepeatableRequest): Promise<PdsResponse> {
    const url = xrpcUrl(session.pds, path);
    const first = await this.sendSigned(session, url, path, request);
    const clockWasWrong = this.clock.observe(url.origin, first.headers.date?.toString() ?? null);
    const challenge = challengeOf(first);
    const repeat = challenge === 'use_dpop_nonce' || (challenge === 'invalid_dpop_proof' && clockWasWrong);
    if (!repeat) return first;
    discard(first);
    const second = await this.sendSigned(session, url, path, request);
    if (challengeOf(second) !== 'use_dpop_nonce') return second;
    discard(second);
    throw new BrokerError('UpstreamUnavailable', 'The PDS refuses every proof that its own nonce is in.');
  }

  /**
   * Sends a request whose body is there only once.
   *
   * @throws BrokerError `TokenUnavailable` when the PDS wants token, nonce or clock corrected first
   */
  async sendOnce(session: LiveSession, path: string, request: PdsRequest): Promise<PdsResponse> {
    const response = await this.sendSigned(session, xrpcUrl(session.pds, path), path, request);
    if (challengeOf(response) === undefined) return response;
    discard(response);
    throw new BrokerError(
      'TokenUnavailable',
      'The token was renewed while this was on its way, and it is too large to be kept. Please send it again.',
      { retryAfterSeconds: 1 },
    );
  }

  /** Whether an answer says that the token is not good any more; every other 401 is about something else. */
  refusesToken(response: PdsResponse): boolean {
    return challengeOf(response) === 'invalid_token';
  }

  /** The time by the clock of a PDS, as far as its answers have told it. */
  now(pds: string): Date {
    return this.clock.now(new URL(pds).origin);
  }

  private async sendSigned(
    session: LiveSession,
    url: URL,
    path: string,
    { method, headers, body, signal }: PdsRequest,
  ): Promise<PdsResponse> {
    const { accessToken } = session.secrets;
    // Most servers have one nonce for all: a session that is new here need not ask for its own.
    const nonce = this.nonces.get(session.id) ?? this.nonces.get(url.origin);
    const now = this.clock.now(url.origin);
    const proof = signDpopProof(session.signer, { method, url, ath: session.ath, nonce, now });
    const options = {
      origin: url.origin,
      path, // As the caller wrote it: parsing and writing a query changes some of its bytes.
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

/** Of a whole body undici finds out the length itself; of a stream its sender has told it, or nobody knows it. */
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
