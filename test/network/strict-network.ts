import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { decodeJwt } from 'jose';
import type { Did } from '../../src/database/tables/did.ts';
import { ClientAssertionCheck, type JwksOf } from './client-assertion-check.ts';
import { DpopCheck } from './dpop-check.ts';
import { didOfHandle, isFakeDid } from './fake-accounts.ts';
import { documentAt } from './issuer-documents.ts';
import { listenOnLoopback } from './loopback-server.ts';
import { PushedRequests } from './pushed-requests.ts';
import { refusal, StrictIssuer, type TokenAnswer } from './strict-issuer.ts';

/** As long as at a PDS. */
const nonceLifetimeMs = 60_000;

/** An arriving refresh. `judge` is the issuer's part. The hook before the issuer decides what happens to it. */
export type ArrivingRefresh = {
  refreshToken: string;
  /** True if its nonce is valid. Otherwise the issuer returns one without reading the token. */
  hasNonce: boolean;
  judge: () => Promise<TokenAnswer>;
};

export type StrictNetworkOptions = {
  /** Returns the account of a refresh token that the issuer never issued. */
  adopt?: (refreshToken: string) => Did | undefined;
  /** The subject of every grant, as at a malicious server. */
  subject?: Did;
  /** The keys of confidential clients, by default none. */
  jwksOf?: JwksOf;
  nonceLifetimeMs?: number;
  /** Hook before the issuer for every refresh. `send` sends a response. */
  onRefresh?: (refresh: ArrivingRefresh, response: ServerResponse) => Promise<void>;
  /** Further documents at its origin. */
  documentAt?: (url: URL) => object | undefined;
};

/** PLC directory, PDS and strict issuer of any number of fake accounts, at one origin, on the process's clock. */
export class StrictNetwork {
  readonly url: string;
  readonly issuer: StrictIssuer;
  readonly stop: () => Promise<void>;
  /** Number of token requests, including those for a nonce. */
  tokenRequests = 0;
  /** Answers pushed requests in place of the issuer, from now on. */
  answerPush: ((response: ServerResponse) => void) | undefined;
  readonly #options: StrictNetworkOptions;
  readonly #dpop: DpopCheck;
  readonly #clients: ClientAssertionCheck;
  readonly #pushed: PushedRequests;

  private constructor(url: string, stop: () => Promise<void>, options: StrictNetworkOptions) {
    this.url = url;
    this.stop = stop;
    this.#options = options;
    this.issuer = new StrictIssuer(options.adopt);
    this.#dpop = new DpopCheck(options.nonceLifetimeMs ?? nonceLifetimeMs);
    this.#clients = new ClientAssertionCheck(url, options.jwksOf ?? (() => Promise.resolve({ keys: [] })));
    this.#pushed = new PushedRequests(url);
  }

  static async start(options: StrictNetworkOptions = {}): Promise<StrictNetwork> {
    const server = await listenOnLoopback();
    const network = new StrictNetwork(`http://localhost:${server.port}`, server.stop, options);
    server.answerWith((request, response) => {
      // Node's own header would have the machine's time.
      response.sendDate = false;
      response.setHeader('date', new Date(Date.now()).toUTCString());
      network.#answer(request, response).catch(() => response.destroy());
    });
    return network;
  }

  /** Consents at this address. Returns the callback's parameters. */
  authorize(authorizeUrl: URL): URLSearchParams {
    return this.#pushed.authorize(authorizeUrl.searchParams.get('request_uri') ?? '');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    if (url.pathname === '/xrpc/com.atproto.server.getSession') {
      await this.#answerCall(url, request, response);
    } else if (request.method === 'POST') {
      await this.#answerForm(url, request, response);
    } else {
      const document = this.#options.documentAt?.(url) ?? documentAt(url);
      send(response, { status: document ? 200 : 404, body: document ?? {} });
    }
  }

  /** Handles a call of the PDS (RFC 9449, section 7). */
  async #answerCall(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, accessToken = ''] = /^DPoP (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const proved = { method: 'GET', url: url.origin + url.pathname, accessToken };
    const proof = await this.#dpop.check(String(request.headers.dpop), proved);
    response.setHeader('dpop-nonce', this.#dpop.nonce);
    if ('jkt' in proof && this.issuer.accepts(accessToken, proof.jkt)) {
      send(response, { status: 200, body: { did: this.issuer.grantOf(accessToken)?.did } });
      return;
    }
    const error = 'error' in proof ? proof.error : 'invalid_token';
    response.setHeader('www-authenticate', `DPoP error="${error}"`);
    send(response, { status: 401, body: { error } });
  }

  async #answerForm(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url.pathname === '/token') this.tokenRequests++;
    const form = new URLSearchParams(await text(request));
    if (url.pathname === '/par' && this.answerPush) {
      this.answerPush(response);
      return;
    }
    const dpop = String(request.headers.dpop);
    response.setHeader('dpop-nonce', this.#dpop.nonce);
    const judge = (): Promise<TokenAnswer> => this.#judge(url, form, dpop);
    const { onRefresh } = this.#options;
    const refreshToken = form.get('grant_type') === 'refresh_token' ? form.get('refresh_token') : null;
    if (onRefresh && refreshToken !== null)
      await onRefresh({ refreshToken, hasNonce: this.#hasGoodNonce(dpop), judge }, response);
    else send(response, await judge());
  }

  /** Authenticates the client before it reads the grant, so that a refused request spends nothing. */
  async #judge(url: URL, form: URLSearchParams, dpop: string): Promise<TokenAnswer> {
    const proof = await this.#dpop.check(dpop, { method: 'POST', url: url.href });
    if ('error' in proof) return refusal(proof.error);
    const client = await this.#clients.check(form);
    if ('error' in client) return refusal(client.error);
    switch (url.pathname) {
      case '/par':
        return this.#pushed.push(form);
      case '/revoke':
        return this.issuer.revoke(form.get('token') ?? '');
      case '/token':
        return this.#answerTokenRequest(form, { jkt: proof.jkt, kid: client.kid });
      default:
        return { status: 404, body: {} };
    }
  }

  #answerTokenRequest(form: URLSearchParams, by: { jkt: string; kid: string | null }): TokenAnswer {
    if (form.get('grant_type') === 'refresh_token')
      return this.issuer.refresh(form.get('refresh_token') ?? '', by);
    const redeemed = this.#pushed.redeem(form);
    if (!redeemed) return refusal('invalid_grant');
    return this.issuer.give({ did: this.#options.subject ?? didOfHint(redeemed.loginHint), ...by });
  }

  #hasGoodNonce(proof: string): boolean {
    try {
      return this.#dpop.isGood(decodeJwt(proof).nonce);
    } catch {
      return false; // The check reports the problem.
    }
  }
}

export function send(response: ServerResponse, { status, body }: TokenAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** A person is named by handle or DID. */
function didOfHint(hint: string): Did {
  return isFakeDid(hint) ? hint : didOfHandle(hint);
}
