import { Injectable } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { BrokerError } from '../../errors/broker-error.ts';
import { type Answer, discard, exchange } from '../../identity/outbound/exchange.ts';
import { OutboundError } from '../../identity/outbound/outbound-error.ts';
import { OutboundHttp } from '../../identity/outbound/outbound-http.service.ts';
import { signDpopProof } from '../../oauth/dpop/dpop-proof.ts';
import { NonceCache } from '../../oauth/dpop/nonce-cache.ts';
import { ServerClock } from '../../oauth/issuers/server-clock.service.ts';
import { readWholeBody } from '../../identity/outbound/whole-body.ts';
import type { LiveSession } from '../stored/session.cache.ts';
import type { BodyStream } from './replay-window.service.ts';
import {
  hintsAtAbsence,
  mayTellProblem,
  problemOfBody,
  problemOfChallenge,
  type TokenProblem,
} from './token-problem.ts';
import { xrpcUrl } from './xrpc-path.ts';

/** A body up to this size is sent without delay. */
const QUICK_BODY_BYTES = 64 * 1024;

/** The limits of a body that is searched for a token problem. Such bodies are short, and arrive with their headers. */
const ERROR_BODY = { most: 16 * 1024, patienceMs: 2_000 };

/** How often a request is signed. The second proof carries the nonce that the PDS just sent, unless that was replaced. */
const MOST_PROOFS = 3;

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

/** A response with what it says about its request. */
export type PdsResponse = Answer & {
  /** The URL that was called. */
  readonly url: URL;
  /** What the PDS has against the token or the proof of the request. */
  readonly problem: TokenProblem | undefined;
  /** Whether the account may not be at this PDS any more. */
  readonly isAbsence: boolean;
};

/** Sends requests to a session's PDS, signed with the session's DPoP key (RFC 9449 section 7). */
@Injectable()
export class PdsRequests {
  private readonly nonces = new NonceCache();

  constructor(
    private readonly outboundHttp: OutboundHttp,
    private readonly serverClock: ServerClock,
  ) {}

  /**
   * Sends a request and returns the response. Repeats it if the PDS refused its proof, which carried an old nonce or the
   * time of a wrong clock.
   *
   * @throws BrokerError `UpstreamUnavailable` when the PDS refuses every proof
   */
  async send(session: LiveSession, path: string, request: RepeatableRequest): Promise<PdsResponse> {
    const url = xrpcUrl(session.pds, path);
    for (let proofs = 1; ; proofs++) {
      const response = await this.sendSigned(session, url, path, request);
      if (!refusesProof(response)) return response;
      discard(response);
      if (proofs < MOST_PROOFS) continue;
      throw new BrokerError(
        'UpstreamUnavailable',
        'The PDS refuses the proofs of this broker, which carry its newest nonce. Only its operator can fix that.',
        { isLasting: true },
      );
    }
  }

  /**
   * Sends a request whose body can be read only once.
   *
   * @throws BrokerError `TokenUnavailable` when the PDS refuses the token, the nonce or the clock of the proof
   */
  async sendOnce(session: LiveSession, path: string, request: PdsRequest): Promise<PdsResponse> {
    const response = await this.sendSigned(session, xrpcUrl(session.pds, path), path, request);
    if (response.problem === undefined) return response;
    discard(response);
    throw new BrokerError(
      'TokenUnavailable',
      'The session was refreshed during this upload, and its body is too large to be kept. Send it again.',
      { retryAfterSeconds: 1 },
    );
  }

  /** Returns whether a response says that the access token is not valid. Every other 401 has another cause. */
  refusesToken({ problem }: PdsResponse): boolean {
    return problem === 'invalid_token';
  }

  /** Returns the time by the clock of a PDS, as estimated from its responses. */
  now(pds: string): Date {
    return this.serverClock.now(new URL(pds).origin);
  }

  /**
   * Signs and sends a request. A request that only reads is sent once more, on a connection of its own, if its connection
   * ended without a response: a PDS closes idle connections, and may do so while a request travels.
   */
  private async sendSigned(
    session: LiveSession,
    url: URL,
    path: string,
    request: PdsRequest,
  ): Promise<PdsResponse> {
    const { xrpc, xrpcAgain } = this.outboundHttp;
    try {
      return await this.sendOver(xrpc, session, url, path, request);
    } catch (error) {
      if (!isRepeatable(request, error)) throw error;
      return this.sendOver(xrpcAgain, session, url, path, request);
    }
  }

  private async sendOver(
    dispatcher: Dispatcher,
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
    const response = await exchange(dispatcher, options, signal);
    const newest = response.headers['dpop-nonce'];
    if (typeof newest === 'string') {
      this.nonces.set(session.id, newest);
      this.nonces.set(url.origin, newest);
    }
    this.serverClock.observe(url.origin, name => response.headers[name]?.toString());
    return { ...(await readProblem(response, method)), url };
  }
}

/** Whether a request may be sent once more after this failure: it changes nothing, and its connection ended. */
function isRepeatable({ method, signal }: PdsRequest, error: unknown): boolean {
  if (method === 'POST' || signal?.aborted) return false;
  return error instanceof OutboundError && error.reason === 'network' && error.sent;
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

function refusesProof({ problem }: PdsResponse): boolean {
  return problem === 'use_dpop_nonce' || problem === 'invalid_dpop_proof';
}

/** Finds in the challenges of a response, or else in its body, what it says about its request. */
async function readProblem(
  response: Answer,
  method: PdsRequest['method'],
): Promise<Omit<PdsResponse, 'url'>> {
  const { statusCode: status } = response;
  const none = { problem: undefined, isAbsence: hintsAtAbsence(status, undefined) };
  if (!mayTellProblem(status)) return { ...response, ...none };
  const problem = problemOfChallenge(response.headers['www-authenticate']);
  if (problem !== undefined || method === 'HEAD') return { ...response, ...none, problem };
  const { answer, text } = await readWholeBody(response, ERROR_BODY);
  if (text === undefined) return { ...answer, ...none };
  return { ...answer, problem: problemOfBody(text), isAbsence: hintsAtAbsence(status, text) };
}
